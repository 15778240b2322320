import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { createAuthority, type Shape, type TestAuthority, writeFolder } from '../testing/certificates.ts';
import { CertificateError } from './certificate.ts';
import { judgePeer, type LoadedCredentials, openCredentials } from './credentials.ts';
import type { ServiceName } from './spiffe-id.ts';

const trustDomain = 'example.com';
const now = Date.now();
const hour = 60 * 60 * 1000;
const log = { info: () => {}, warn: () => {}, error: () => {} };
let authority: TestAuthority;
let other: TestAuthority;
let directory: string;
let manager: LoadedCredentials;
let provider: LoadedCredentials;

type Side = Pick<LoadedCredentials, 'certificate' | 'key' | 'authorities'>;

/** As it would be presented by somebody who does not look at it first. */
async function presented(shape: Shape, by = authority): Promise<Side> {
  return { ...(await by.issue(shape)), authorities: authority.certificate };
}

const paramsOf = ({ certificate: cert, key, authorities: ca }: Side) =>
  ({ cert, key, ca, minVersion: 'TLSv1.3' }) as const;

const judge = (der: Buffer, expected: ServiceName, credentials: LoadedCredentials) => {
  try {
    return judgePeer(der, { trustDomain, expected: [expected], credentials, now }).name;
  } catch (error) {
    assert.ok(error instanceof CertificateError);
    return error.reason;
  }
};

/** What the passkey manager says of a client: its name, a reason, or ECONNRESET, as TLS itself has refused it. */
async function serverSays(client: Partial<Side>): Promise<string | undefined> {
  const server = tls.createServer({ ...paramsOf(manager), requestCert: true, rejectUnauthorized: true });
  const said = new Promise<string | undefined>((resolve) => {
    server.on('secureConnection', (socket) => {
      resolve(judge(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0), 'provider', manager));
      assert.equal(socket.getProtocol(), 'TLSv1.3');
      socket.destroy();
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { certificate: cert, key } = client;
  const socket = tls.connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    ca: authority.certificate,
    ...(cert && key && { cert, key }),
    checkServerIdentity: () => undefined,
  });
  socket.on('error', () => {});
  const answer = await said;
  socket.destroy();
  server.close();
  return answer;
}

/** What the provider says of a server. */
async function clientSays(presents: Side): Promise<string | undefined> {
  const server = tls.createServer({ ...paramsOf(presents), requestCert: true, rejectUnauthorized: true });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let answer: string | undefined;
  const socket = tls.connect({
    ...paramsOf(provider),
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    checkServerIdentity: (_host, { raw }) => {
      answer = judge(raw, 'passkey-manager', provider);
      return answer === 'passkey-manager' ? undefined : new Error(answer);
    },
  });
  await once(socket, 'secureConnect').catch((error: NodeJS.ErrnoException) => {
    answer ??= error.code;
  });
  socket.destroy();
  server.close();
  return answer;
}

describe('a connection between two services', () => {
  before(async () => {
    [authority, other] = await Promise.all([
      createAuthority({ trustDomain }),
      createAuthority({ trustDomain }),
    ]);
    directory = mkdtempSync(join(tmpdir(), 'latchkey-handshake-'));
    const crl = await authority.crl(['0bad']);
    const open = async (name: ServiceName) => {
      writeFolder(directory, name, {
        ...(await authority.issue({ name })),
        authorities: authority.certificate,
        crl,
      });
      using credentials = openCredentials({ directory, name, trustDomain, now: () => now, log });
      return credentials.current;
    };
    [provider, manager] = [await open('provider'), await open('passkey-manager')];
  });
  after(() => rmSync(directory, { recursive: true }));

  it('stands where each knows the other, on TLS 1.3', async () => {
    assert.equal(await serverSays(provider), 'provider');
    assert.equal(await clientSays(manager), 'passkey-manager');
  });

  it('stands by way of an authority below the one that is believed', async () => {
    const below = await authority.subordinate();
    const name = 'monitor';
    const crl = await below.crl(['0bad']);
    writeFolder(directory, name, {
      ...(await below.issue({ name })),
      authorities: authority.certificate + below.certificate,
      crl,
    });
    using credentials = openCredentials({ directory, name, trustDomain, now: () => now, log });
    assert.equal(credentials.current.isRevoked('bad'), true);
    assert.equal(await clientSays(await presented({ name: 'passkey-manager' }, below)), 'passkey-manager');
    assert.equal(await serverSays(await presented({ name: 'provider' }, below)), 'provider');
  });

  it('is refused without a client certificate', async () => {
    assert.equal(await serverSays({}), 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
  });

  it('is refused with a certificate of another authority', async () => {
    assert.equal(await serverSays(await presented({ name: 'provider' }, other)), 'ECONNRESET');
    assert.match(
      (await clientSays(await presented({ name: 'passkey-manager' }, other))) ?? '',
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/,
    );
  });

  const refused: [sentence: string, shape: Partial<Shape>, says: RegExp][] = [
    ['of another service', { uris: ['spiffe://example.com/monitor'] }, /^san_foreign$/],
    ['of another trust domain', { uris: ['spiffe://example.org/provider'] }, /^san_foreign$/],
    ['with two names', { uris: ['spiffe://example.com/provider', 'spiffe://example.com/x'] }, /^san_many$/],
    ['that is an authority', { ca: true }, /^ca$/],
    ['that was revoked', { serialNumber: '0bad' }, /^revoked$/],
    [
      'that has expired',
      { notBefore: now - 2 * hour, notAfter: now - hour },
      /^(CERT_HAS_EXPIRED|ECONNRESET)$/,
    ],
    [
      'that is not valid yet',
      { notBefore: now + hour, notAfter: now + 2 * hour },
      /^(CERT_NOT_YET_VALID|ECONNRESET)$/,
    ],
  ];
  for (const [sentence, shape, says] of refused) {
    it(`is refused to a client ${sentence}`, async () => {
      assert.match((await serverSays(await presented({ name: 'provider', ...shape }))) ?? '', says);
    });
    it(`is refused to a server ${sentence}`, async () => {
      assert.match((await clientSays(await presented({ name: 'passkey-manager', ...shape }))) ?? '', says);
    });
  }
});
