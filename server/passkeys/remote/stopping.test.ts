import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '../../http/server.ts';
import { openManager, rejects } from '../../testing/authenticator-ceremonies.ts';
import { openWire } from '../../testing/remote-manager.ts';
import type { OpenPasskeyManager } from '../create-manager.ts';
import type { PasskeyManager } from '../manager.ts';

const someone = { userHandle: 'A'.repeat(43) };

describe('a passkey manager that stops', () => {
  it('F21 answers what is under way, and takes nothing more', async () => {
    const slow: OpenPasskeyManager = {
      as: () =>
        ({
          async listPasskeys() {
            await delay(300);
            return { passkeys: [] };
          },
        }) as unknown as PasskeyManager,
    };
    await using wire = await openWire(slow);
    wire.server.close();
    const running = await serve(wire.server, {
      host: 'localhost',
      port: Number(new URL(wire.url).port),
      setting: 'X',
      patience: 2000,
    });
    const client = wire.connect('provider');
    const calls = Array.from({ length: 5 }, () => client.manager.listPasskeys(someone));
    await delay(100);
    const closed = running.close();
    for (const answer of await Promise.all(calls)) assert.deepEqual(answer, { passkeys: [] });
    await closed;
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
  });

  it('keeps nothing of connections that have ended', async () => {
    const opened = await openManager();
    await using wire = await openWire(opened.manager, { connectionAge: -1 });
    wire.server.close();
    await using _ = await serve(wire.server, {
      host: 'localhost',
      port: Number(new URL(wire.url).port),
      setting: 'X',
      patience: 500,
    });
    const client = wire.connect('provider');
    for (let n = 0; n < 20; n++) await client.manager.listPasskeys(someone);
    await delay(50);
    const open = await new Promise<number>((resolve) => {
      wire.server.getConnections((_error, count) => resolve(count));
    });
    assert.ok(client.handshakes >= 10, String(client.handshakes));
    assert.ok(open <= 2, String(open));
    await opened[Symbol.asyncDispose]();
  });
});
