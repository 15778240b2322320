import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../apps/app.ts';
import type { Ask } from '../outbound/outbound.ts';
import { createPinger } from './ping.ts';

describe('an app that is told of an answer', () => {
  /** What it is asked, and what was noted of it. */
  function pinging(statuses: readonly (number | Error)[]) {
    const ciba = { deliveryMode: 'ping', notificationEndpoint: 'https://desk.example/ping' };
    const asked: { url: string; ask: Ask }[] = [];
    const noted: string[] = [];
    const ping = createPinger({
      async ask(url, ask) {
        const status = statuses[asked.length];
        asked.push({ url, ask });
        if (status === undefined || status instanceof Error) throw status ?? new Error('asked too often');
        return { status, headers: {}, body: Buffer.of() };
      },
      findApp: async (id) => ({ id, origin: 'administrator', ciba }) as App,
      refusals: { note: (appId, { code, reason }) => noted.push(`${appId} ${code} ${reason}`) },
      pauses: [0, 0, 0],
    });
    ping({ appId: 'desk', token: 'its-token', requestId: 'a-request' });
    return { asked, noted };
  }

  it('gets the id of the request, with the token that it gave', async () => {
    const { asked, noted } = pinging([204]);
    await delay(20);
    assert.equal(asked.length, 1);
    const [{ url, ask } = assert.fail()] = asked;
    assert.deepEqual([url, ask.method, ask.reach], ['https://desk.example/ping', 'POST', 'administrator']);
    assert.deepEqual(ask.headers, {
      authorization: 'Bearer its-token',
      'content-type': 'application/json',
    });
    assert.deepEqual(JSON.parse(ask.body ?? ''), { auth_req_id: 'a-request' });
    assert.deepEqual(noted, []);
  });

  it('O28 is told again a few times, follows nowhere, and then its administrators are', async () => {
    const { asked, noted } = pinging([500, new Error('nobody listens there'), 302]);
    await delay(50);
    assert.equal(asked.length, 3);
    assert.deepEqual(noted, ['desk ping_failed it answered 302']);
  });

  it('is told once where it says no, or points elsewhere', async () => {
    for (const status of [401, 403, 301]) {
      const { asked, noted } = pinging([status]);
      await delay(20);
      assert.equal(asked.length, 1);
      assert.deepEqual(noted, [`desk ping_failed it answered ${status}`]);
    }
  });
});
