import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { openCredentials } from '../../service-identity/credentials.ts';
import type { ServiceName } from '../../service-identity/spiffe-id.ts';
import { type OpenedManager, openManager, rejects } from '../../testing/authenticator-ceremonies.ts';
import { openWire, trustDomain, type Wire } from '../../testing/remote-manager.ts';
import { connectPasskeyManager } from './client.ts';

const someone = { userHandle: 'A'.repeat(43) };
const ceremony = { interaction: 'i', browser: 'b', purpose: 'sign-in' } as const;

type Handler = Parameters<typeof createServer>[1];

describe('a passkey manager that does not answer as it should', () => {
  let opened: OpenedManager;
  let wire: Wire;
  let running: AsyncDisposableStack;
  beforeEach(async () => {
    running = new AsyncDisposableStack();
    opened = running.use(await openManager());
    wire = running.use(await openWire(opened.manager));
  });
  afterEach(() => running.disposeAsync());

  const open = (name: ServiceName) =>
    running.use(
      openCredentials({
        directory: wire.directory,
        name,
        trustDomain,
        now: Date.now,
        log: { info() {}, warn() {}, error() {} },
      }),
    );

  /** A server with a certificate of `name` that answers as told, and a provider that asks it. */
  async function openFake(handler: Handler, name: ServiceName = 'passkey-manager') {
    const { certificate, key, authorities } = open(name).current;
    const options = { cert: certificate, key, ca: authorities, requestCert: true, rejectUnauthorized: true };
    const server = createServer({ ...options, minVersion: 'TLSv1.3' }, handler);
    server.listen(0, 'localhost');
    await once(server, 'listening');
    running.defer(() => {
      server.close();
      server.closeAllConnections();
    });
    const states: string[] = [];
    const client = running.use(
      connectPasskeyManager({
        url: `https://localhost:${(server.address() as AddressInfo).port}`,
        credentials: open('provider'),
        trustDomain,
        now: Date.now,
        log: { info() {}, warn() {} },
        onState: (state) => states.push(state),
      }),
    );
    return { manager: client.manager, states, server };
  }

  /** Milliseconds until it was refused as unavailable. */
  async function refusedIn(call: () => Promise<unknown>): Promise<number> {
    const begun = performance.now();
    await rejects(call(), 'unavailable');
    return performance.now() - begun;
  }

  it('F15 is refused at once while it is away, and asked again when it is back', async () => {
    const client = wire.connect('provider');
    await client.manager.listPasskeys(someone);
    const { port } = new URL(wire.url);
    wire.server.close();
    wire.server.closeAllConnections();
    for (let n = 0; n < 5; n++)
      assert.ok((await refusedIn(() => client.manager.beginAuthentication(ceremony))) < 1000);
    wire.server.listen(Number(port), 'localhost');
    await once(wire.server, 'listening');
    for (const until = Date.now() + 5000; Date.now() < until; await delay(100)) {
      const back = await client.manager.listPasskeys(someone).catch(() => undefined);
      if (back) return;
    }
    assert.fail('it was not asked again');
  });

  it('F16 is given up after 3 s, however it hangs, and then not waited for at all', async () => {
    const hangs: Handler[] = [
      () => {},
      (request, response) => {
        const { 'latchkey-request': nonce } = request.headers;
        response.writeHead(200, { 'latchkey-request': nonce, 'content-type': 'application/json' });
        response.write('{"passkeys":');
      },
    ];
    for (const hang of hangs) {
      const { manager, states } = await openFake(hang);
      const waits = await Promise.all(
        [1, 2, 3].map(() =>
          refusedIn(() => manager.finishAuthentication({ ...ceremony, response: {} as never })),
        ),
      );
      for (const wait of waits) assert.ok(wait > 2500 && wait < 3800, String(wait));
      assert.deepEqual(states, ['down']);
      assert.ok((await refusedIn(() => manager.listPasskeys(someone))) < 100);
    }
  });

  it('F16 does not ask twice for what may have been done', async () => {
    let asked = 0;
    const { manager } = await openFake((request) => {
      asked += 1;
      request.socket.destroy();
    });
    await refusedIn(() => manager.finishAuthentication({ ...ceremony, response: {} as never }));
    assert.equal(asked, 1);
    await refusedIn(() => manager.listPasskeys(someone));
    assert.equal(asked, 3);
  });

  it('F17 is not believed when it answers garbage, nothing, too much, or another request', async () => {
    const echo = (request: { headers: NodeJS.Dict<string | string[]> }) =>
      request.headers['latchkey-request'] as string;
    const bodies = [
      '',
      'null',
      '[]',
      '{}',
      '"x"',
      '{"passkeys":1}',
      '{"passkeys":[{}]}',
      '<html>',
      '{"passkeys":[',
      `{"passkeys":[],"x":"${'x'.repeat(2_000_000)}"}`,
    ];
    for (const body of bodies) {
      const { manager } = await openFake((request, response) => {
        response.setHeader('latchkey-request', echo(request));
        response.end(body);
      });
      await refusedIn(() => manager.listPasskeys(someone));
    }
    for (const nonce of ['', 'another', undefined]) {
      const { manager } = await openFake((_request, response) => {
        if (nonce !== undefined) response.setHeader('latchkey-request', nonce);
        response.end('{"passkeys":[]}');
      });
      await refusedIn(() => manager.listPasskeys(someone));
    }
  });

  it('F17 cannot name an error that is none, nor one with another status', async () => {
    for (const [status, error] of [
      [400, 'constructor'],
      [400, 'internal'],
      [418, 'passkey_rejected'],
      [302, 'forbidden'],
    ] as const) {
      const { manager } = await openFake((_request, response) => {
        response.writeHead(status).end(JSON.stringify({ error }));
      });
      await refusedIn(() => manager.listPasskeys(someone));
    }
  });

  it('F13 is not asked when its certificate is that of another service', async () => {
    let asked = 0;
    const { manager } = await openFake(() => {
      asked += 1;
    }, 'provider');
    await assert.rejects(manager.listPasskeys(someone), (error) => {
      assert.ok(error instanceof AppError);
      assert.match(String(error.detail), /another service/);
      return true;
    });
    assert.equal(asked, 0);
  });

  it('holds back no more calls than it has room for', async () => {
    const { manager } = await openFake(() => {});
    const waits = await Promise.allSettled(
      Array.from({ length: 400 }, async () => {
        const begun = performance.now();
        await manager.listPasskeys(someone).catch(() => {});
        return performance.now() - begun;
      }),
    );
    const quick = waits.filter((wait) => wait.status === 'fulfilled' && wait.value < 500);
    assert.ok(quick.length >= 400 - 32 - 128, String(quick.length));
  });
});
