import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthority } from '../certificates/authority.ts';
import { issue } from '../certificates/issue.ts';
import { revoke } from '../certificates/list.ts';
import { signThrowaway } from '../certificates/throwaway.ts';
import { permissions } from '../passkeys/permissions.ts';
import { createPasskeyService } from '../passkeys/remote/service.ts';
import { readServiceCertificate } from '../service-identity/certificate.ts';
import { openCredentials } from '../service-identity/credentials.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import { openManager } from '../testing/authenticator-ceremonies.ts';
import type { CallerCertificate } from './caller.ts';
import { continuousProbes } from './continuous-probes.ts';
import type { ManagerContext } from './manager-context.ts';
import { managerProbes } from './manager-probes.ts';
import { parseArchitecture } from './model.ts';
import { verifyArchitecture } from './verify.ts';

const trustDomain = 'probes.example';
const text = readFileSync(new URL('../../docs/architecture/latchkey.calm.json', import.meta.url), 'utf8');
/** No test waits a minute for what never comes. */
const brief = text.replace('"withinSeconds": 60', '"withinSeconds": 1');
const directory = mkdtempSync(join(tmpdir(), 'latchkey-probes-'));
const place = { directory, trustDomain };
const read = (name: ServiceName, file: string) => readFileSync(join(directory, name, file), 'utf8');
const log = { info() {}, warn() {}, error() {} };

/** What a service forgot: each of these is one control of the model. */
interface Weakness {
  tls?: ServerOptions;
  shows?: ServiceName;
  anyCaller?: boolean;
  anyMethod?: boolean;
  anyTime?: boolean;
  anyNonce?: boolean;
  anySerial?: boolean;
}

before(async () => {
  await createAuthority({ ...place, now: Date.now() });
  await issue({ ...place, names: serviceNames, hours: 1, now: Date.now() });
});
after(() => rmSync(directory, { recursive: true }));

/** Looks at what listens at `url`, and returns the rows by control. */
async function look(url: string, model = text, own = place) {
  const identities = new Map<ServiceName, CallerCertificate>(
    serviceNames
      .filter((name) => name !== 'passkey-manager')
      .map((name) => [name, { certificate: read(name, 'tls.crt'), key: read(name, 'tls.key') }]),
  );
  const stranger = mkdtempSync(join(tmpdir(), 'latchkey-stranger-'));
  const context: ManagerContext = {
    manager: {
      ...{ url, trustDomain, identities, authorities: read('provider', 'ca.crt') },
      async stranger(name) {
        const other = { directory: stranger, trustDomain };
        await createAuthority({ ...other, now: Date.now() });
        await issue({ ...other, names: [name], hours: 1, now: Date.now() });
        const at = (file: string) => readFileSync(join(stranger, name, file), 'utf8');
        return { certificate: at('tls.crt'), key: at('tls.key') };
      },
      authority: {
        sign: (shape) => signThrowaway(own, shape, Date.now()),
        revoke: async (what) => void (await revoke({ ...own, what, now: Date.now() })),
      },
    },
  };
  const { rows } = await verifyArchitecture(
    parseArchitecture(model),
    [...managerProbes, ...continuousProbes],
    { context, values: { trustDomain } },
  );
  rmSync(stranger, { recursive: true });
  return rows.filter(({ relationship }) => relationship === 'authentication-service-uses-passkey-manager');
}

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the probes of the passkey manager', () => {
  it('pass at the real one, every one of them', async () => {
    await using opened = await openManager();
    using credentials = openCredentials({
      ...place,
      name: 'passkey-manager',
      now: Date.now,
      log,
      reloadSeconds: 1,
    });
    const ping = async () => {};
    const onRefused = () => {};
    const dependencies = {
      manager: opened.manager,
      credentials,
      trustDomain,
      ping,
      onRefused,
      now: Date.now,
      log,
    };
    await using service = await listening(createPasskeyService(dependencies));
    for (const row of await look(service.url)) assert.equal(row.state, 'passed', JSON.stringify(row));
  });

  const broken: Record<string, [weakness: Weakness, control: string]> = {
    'TLS 1.2': [{ tls: { minVersion: 'TLSv1.2' } }, 'tls-minimum-version'],
    'sessions back': [{ tls: { secureOptions: 0 } }, 'session-tickets'],
    'callers without a certificate': [
      { tls: { requestCert: false }, anyCaller: true },
      'client-certificate-required',
    ],
    'callers of any authority': [
      { tls: { rejectUnauthorized: false }, anyCaller: true },
      'client-certificate-required',
    ],
    'the certificate of another service': [{ shows: 'monitor' }, 'server-identity'],
    'callers of another trust domain': [{ anyCaller: true }, 'client-identity'],
    'methods for everybody': [{ anyMethod: true }, 'least-privilege'],
    'requests of any age': [{ anyTime: true }, 'freshness'],
    'a request twice': [{ anyNonce: true }, 'replay-refused'],
  };
  for (const [what, [weakness, control]] of Object.entries(broken))
    it(`see one that takes ${what}, and nothing else wrong with it`, async () => {
      await using service = await listening(createWeak(weakness));
      const rows = (await look(service.url, brief)).filter((row) => row.control !== 'revocation');
      const differing = new Set(rows.filter(({ state }) => state === 'differs').map((row) => row.control));
      assert.ok(differing.has(control), JSON.stringify(rows));
      if (!weakness.anyCaller) assert.deepEqual([...differing], [control]);
    });

  it('see one that does not look at what was revoked', async () => {
    await using service = await listening(createWeak({ anySerial: true }));
    const row = (await look(service.url, brief)).find(({ control }) => control === 'revocation');
    assert.equal(row?.state, 'differs', JSON.stringify(row));
  });

  it('see that the model asks for another name than there is', async () => {
    await using service = await listening(createWeak({}));
    const renamed = brief.replaceAll(
      'spiffe://{trustDomain}/passkey-manager',
      'spiffe://{trustDomain}/credentials',
    );
    const rows = await look(service.url, renamed);
    assert.equal(rows.find(({ control }) => control === 'server-identity')?.state, 'differs');
  });

  it('have no means where there is no connection, and no authority', async () => {
    const { rows } = await verifyArchitecture(
      parseArchitecture(text),
      [...managerProbes, ...continuousProbes],
      {
        context: {},
        values: { trustDomain },
      },
    );
    const between = rows.filter(
      ({ relationship }) => relationship === 'authentication-service-uses-passkey-manager',
    );
    assert.deepEqual(new Set(between.map(({ state }) => state)), new Set(['not probed']));
  });
});

/** As strict as the real one, in few lines, apart from what it forgot. */
function createWeak(weakness: Weakness): Server {
  const name = weakness.shows ?? 'passkey-manager';
  const nonces = new Set<string>();
  const server = createServer({
    ...{ cert: read(name, 'tls.crt'), key: read(name, 'tls.key'), ca: read(name, 'ca.crt') },
    ...{ minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true },
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...weakness.tls,
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (!callerOf(socket) && !weakness.anyCaller) socket.destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const { 'latchkey-request': nonce = '', 'latchkey-time': time } = request.headers;
    const caller = callerOf(request.socket as TLSSocket) ?? 'provider';
    const method = request.url?.slice('/v1/'.length) ?? '';
    const methods: readonly string[] = caller === 'passkey-manager' ? [] : permissions[caller];
    const isFresh = Math.abs(Date.now() - Number(time)) <= 30_000;
    const refused =
      (!weakness.anyMethod && !methods.includes(method)) ||
      (!weakness.anyTime && !isFresh) ||
      (!weakness.anyNonce && nonces.has(String(nonce)));
    nonces.add(String(nonce));
    response.writeHead(refused ? 403 : 400).end('{}');
  });
  return server;
}

function callerOf(socket: TLSSocket): ServiceName | undefined {
  try {
    return readServiceCertificate(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0), { trustDomain })
      .name;
  } catch {
    return undefined;
  }
}
