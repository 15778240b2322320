import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlainly, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { type OpenedManager, openManager, rejects } from '../../testing/authenticator-ceremonies.ts';
import { createAuthority, writeFolder } from '../../testing/certificates.ts';
import { openWire, trustDomain, type Wire } from '../../testing/remote-manager.ts';
import { connectPasskeyManager } from './client.ts';

const someone = { userHandle: 'A'.repeat(43) };

describe('those who want to keep others out', () => {
  let opened: OpenedManager;
  let wire: Wire;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    opened = await openManager();
    wire = await openWire(opened.manager);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await wire[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  const portOf = (url: string) => Number(new URL(url).port);

  function keep<S extends Socket>(socket: S): S {
    sockets.push(socket.resume());
    socket.on('error', () => {});
    return socket;
  }

  it('without a certificate hold no place: who waits longest makes room', async () => {
    const client = wire.connect('provider');
    for (let n = 0; n < 600; n++) keep(connectPlainly(portOf(wire.url), 'localhost'));
    await delay(300);
    for (let n = 0; n < 5; n++) assert.ok(await client.manager.listPasskeys(someone));
    // Some wait in the kernel yet.
    const left = sockets.filter(({ closed, connecting }) => !closed && !connecting);
    assert.ok(left.length <= 200, String(left.length));
  });

  it('with a certificate that may do nothing take no place of the others', async () => {
    const { certificate, key, authorities } = wire.connect('metadata').credentials.current;
    const options = { host: 'localhost', port: portOf(wire.url), cert: certificate, key, ca: authorities };
    const made: TLSSocket[] = [];
    for (let n = 0; n < 560; n += 40) {
      const batch = Array.from({ length: 40 }, () =>
        keep(connect({ ...options, checkServerIdentity: () => undefined })),
      );
      await Promise.all(batch.map((socket) => once(socket, 'secureConnect')));
      made.push(...batch);
    }
    await delay(100);
    assert.ok(made.filter((socket) => !socket.closed).length <= 512);
    assert.ok(await wire.connect('provider').manager.listPasskeys(someone));
  });

  it('F16 by a handshake that hangs are forgotten after seconds', async () => {
    let isSilent = true;
    const proxy = createServer((socket) => {
      keep(socket);
      if (isSilent) return;
      const onward = keep(connectPlainly(portOf(wire.url), 'localhost'));
      socket.pipe(onward).pipe(socket);
    });
    proxy.listen(0, 'localhost');
    await once(proxy, 'listening');
    const { port } = proxy.address() as { port: number };
    await using client = connectPasskeyManager({
      url: `https://localhost:${port}`,
      credentials: wire.connect('provider').credentials,
      trustDomain,
      now: Date.now,
      log: { info() {}, warn() {} },
    });
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
    isSilent = false;
    const until = Date.now() + 10_000;
    let back: object | undefined;
    while (!back && Date.now() < until) {
      back = await client.manager.listPasskeys(someone).catch(() => undefined);
      await delay(100);
    }
    proxy.close();
    assert.ok(back, 'it is asked again');
  });

  it('speak TLS 1.3 and nothing below after the certificates were replaced, too', async () => {
    writeFolder(wire.directory, 'passkey-manager', {
      ...(await wire.authority.issue({ name: 'passkey-manager' })),
      authorities: wire.authority.certificate,
    });
    assert.equal(await wire.credentials.reload(), true);
    const { certificate, key, authorities } = wire.connect('provider').credentials.current;
    const socket = keep(
      connect({
        host: 'localhost',
        port: portOf(wire.url),
        cert: certificate,
        key,
        ca: authorities,
        maxVersion: 'TLSv1.2',
        checkServerIdentity: () => undefined,
      }),
    );
    const [error] = (await once(socket, 'error').catch((reason) => [reason])) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /PROTOCOL_VERSION/);
  });

  it('F13 were certified by an authority that is believed no more, on connections from before as well', async () => {
    const client = wire.connect('provider');
    await client.manager.listPasskeys(someone);
    const other = await createAuthority({ trustDomain });
    writeFolder(wire.directory, 'passkey-manager', {
      ...(await other.issue({ name: 'passkey-manager' })),
      authorities: other.certificate,
    });
    await wire.credentials.reload();
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
    assert.deepEqual(wire.refused[0], { reason: 'certificate', caller: 'provider', detail: 'untrusted' });
  });
});
