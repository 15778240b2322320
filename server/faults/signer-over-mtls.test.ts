/** A signer that asks for a certificate: who shows none, or another, gets no key and no signature. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { readConfig } from '../config.ts';
import { createSigningService } from '../external-signing/service.ts';
import { createSigner } from '../external-signing/signer.ts';
import type { SignerFiles } from '../external-signing/signer-files.ts';
import { createLog } from '../log.ts';
import { run } from '../main.ts';
import { addApp } from '../testing/app-under-test.ts';
import { createAuthority, type TestAuthority } from '../testing/certificates.ts';
import { startInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';

const hour = 60 * 60 * 1000;
const token = randomBytes(32).toString('base64url');
const trustDomain = 'signer.example.com';

/** A KMS with one key, which talks to nobody without a certificate of its authority. */
async function startSigner(ours: TestAuthority, clients: TestAuthority) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const store = {
    keys: async () => [{ kid: 'one', alg: 'ES256' as const, jwk }],
    sign: async (_key: object, data: Buffer) =>
      sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
  const { certificate, key } = await ours.issue({ name: 'provider', uris: [], dns: ['localhost'] });
  const shown: string[] = [];
  const answer = createSigningService({ store, token, log: { error: () => {} } });
  const server = createServer(
    { cert: certificate, key, ca: clients.certificate, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      shown.push((request.socket as TLSSocket).getPeerCertificate().serialNumber);
      answer(request, response);
    },
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return {
    url: `https://localhost:${address.port}`,
    /** Serial numbers of the certificates that were shown, the latest last. */
    shown,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a signer over mutual TLS', () => {
  const resources = new AsyncDisposableStack();
  let ours: TestAuthority;
  let clients: TestAuthority;
  let signer: Awaited<ReturnType<typeof startSigner>>;
  let folder: string;
  let files: Required<SignerFiles>;

  before(async () => {
    ours = await createAuthority({ trustDomain });
    clients = await createAuthority({ trustDomain });
    signer = resources.use(await startSigner(ours, clients));
    folder = await mkdtemp(join(tmpdir(), 'latchkey-signer-'));
    resources.defer(() => rm(folder, { recursive: true }));
    const at = (name: string) => join(folder, name);
    files = { certificate: at('client.crt'), key: at('client.key'), authorities: at('ca.crt') };
    await writeFile(files.authorities, ours.certificate);
    await renew();
  });
  after(() => resources.disposeAsync());

  async function renew(serialNumber = '4a', by = clients, notAfter = Date.now() + hour): Promise<void> {
    const { certificate, key } = await by.issue({ name: 'provider', serialNumber, notAfter });
    await writeFile(files.certificate, certificate);
    await writeFile(files.key, key);
  }

  const logged = () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    return { lines, log: createLog({ level: 'debug', format: 'json', destination: { write } }) };
  };
  const open = (chosen: SignerFiles, options: { now?: () => number } = {}) =>
    createSigner({ url: signer.url, token, files: chosen }, { now: Date.now, ...options });
  const kids = async (client: ReturnType<typeof open>) => (await client.keys()).map(({ kid }) => kid);
  const settings = () => ({
    LATCHKEY_SIGNER_URL: signer.url,
    LATCHKEY_SIGNER_TOKEN: token,
    LATCHKEY_SIGNER_CERT_FILE: files.certificate,
    LATCHKEY_SIGNER_KEY_FILE: files.key,
    LATCHKEY_SIGNER_CA_FILE: files.authorities,
  });

  it('signs what a whole installation gives out', async () => {
    await using installation = await startInstallation(settings());
    const app = await addApp(installation);
    const before = signer.shown.length;
    assert.ok((await app.tokens(await setUp(installation))).id_token);
    assert.ok(signer.shown.length > before);
    assert.deepEqual([...new Set(signer.shown)], ['4A']);
  });

  it('does not sign for who shows no certificate, or one of somebody else', async () => {
    const before = signer.shown.length;
    const { authorities } = files;
    const without = open({ authorities });
    await assert.rejects(without.keys(), { reason: 'unreachable' });
    const data = Buffer.from('x');
    await assert.rejects(without.sign({ kid: 'one', alg: 'ES256' }, data), { reason: 'unreachable' });
    await renew('4b', await createAuthority({ trustDomain }));
    await assert.rejects(open(files).keys(), { reason: 'unreachable' });
    assert.equal(signer.shown.length, before);
    await renew();
  });

  it('is shown no token where another authority vouches for it', async () => {
    const { certificate, key } = files;
    const before = signer.shown.length;
    await assert.rejects(open({ certificate, key }).keys(), /does not sign: .*(CERT|SIGNATURE|VERIFY)/);
    await writeFile(files.authorities, clients.certificate);
    await assert.rejects(open(files).keys(), /does not sign: .*(CERT|SIGNATURE|VERIFY)/);
    assert.equal(signer.shown.length, before);
    await writeFile(files.authorities, ours.certificate);
  });

  it('is shown the next certificate without a restart, and the one before while the next is no good', async () => {
    await renew('4c');
    const { lines, log } = logged();
    let now = Date.now();
    const client = createSigner({ url: signer.url, token, files }, { now: () => now, log });
    const shownNext = async () => {
      assert.deepEqual(await kids(client), ['one']);
      return signer.shown.at(-1);
    };
    assert.equal(await shownNext(), '4C');
    await renew('4d');
    assert.equal(await shownNext(), '4C', 'the files are not read at every request');
    now += 30_000;
    assert.equal(await shownNext(), '4D');
    assert.match(lines.join(''), /certificate files for the signer read/);
    const { certificate } = await clients.issue({ name: 'provider', serialNumber: '4e' });
    await writeFile(files.certificate, certificate);
    for (let again = 0; again < 3; again++) {
      now += 30_000;
      assert.equal(await shownNext(), '4D', 'the key is of another certificate');
    }
    const refused = lines.filter((line) => line.includes('no good'));
    assert.equal(refused.length, 1, 'it is said once');
    assert.match(refused.join(), /LATCHKEY_SIGNER_KEY_FILE names .*client\.key, which does not belong to/);
    assert.ok(!lines.join().includes('PRIVATE KEY'));
    await renew('4f');
    now += 30_000;
    assert.equal(await shownNext(), '4F');
  });

  it('is asked with new files at once after it refused the old ones', async () => {
    const elsewhere = await createAuthority({ trustDomain });
    await renew('5a', elsewhere);
    const client = open(files);
    await assert.rejects(client.keys(), { reason: 'unreachable' });
    await renew('5b');
    assert.deepEqual(await kids(client), ['one']);
    assert.equal(signer.shown.at(-1), '5B');
  });

  it('warns once of a certificate that ends soon', async () => {
    await renew('5c', clients, Date.now() + hour);
    const { lines, log } = logged();
    let now = Date.now();
    const client = createSigner({ url: signer.url, token, files }, { now: () => now, log });
    for (const minutes of [0, 45, 46]) {
      now = Date.now() + minutes * 60_000;
      await client.keys();
    }
    assert.equal(lines.filter((line) => line.includes('due for renewal')).length, 1);
  });

  it('of which a file is no good is said at the start, by the name of its setting', async () => {
    const { log } = logged();
    const started = (more: Record<string, string>) =>
      run(readConfig({ LATCHKEY_ISSUER: 'http://localhost:1', ...settings(), ...more }), log);
    const missing = join(folder, 'missing.pem');
    for (const [setting, file, problem] of [
      [
        'LATCHKEY_SIGNER_CERT_FILE',
        missing,
        /LATCHKEY_SIGNER_CERT_FILE names .*missing\.pem, which cannot be/,
      ],
      ['LATCHKEY_SIGNER_KEY_FILE', missing, /LATCHKEY_SIGNER_KEY_FILE names .*cannot be read \(ENOENT\)/],
      ['LATCHKEY_SIGNER_CA_FILE', missing, /LATCHKEY_SIGNER_CA_FILE names .*cannot be read/],
      ['LATCHKEY_SIGNER_CA_FILE', files.key, /LATCHKEY_SIGNER_CA_FILE .*holds no certificate in PEM/],
      ['LATCHKEY_SIGNER_KEY_FILE', files.authorities, /LATCHKEY_SIGNER_KEY_FILE .*holds no private key/],
      ['LATCHKEY_SIGNER_CERT_FILE', files.authorities, /LATCHKEY_SIGNER_KEY_FILE .*does not belong to/],
    ] as const)
      await assert.rejects(started({ [setting]: file }), problem);
    await renew('5d', clients, Date.now() - 1000);
    await assert.rejects(started({}), /LATCHKEY_SIGNER_CERT_FILE .*has expired/);
  });
});
