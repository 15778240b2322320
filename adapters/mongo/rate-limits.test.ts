import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter, Storage } from '../../server/storage.ts';
import { openStorage } from '../open.ts';
import { withMongo } from './testing.ts';

withMongo(({ url }) => {
  describe('rate limits on MongoDB', () => {
    const instances: Storage[] = [];
    const options = { url, role: 'server', schema: 'migrate', waitUntilReady: true } as const;

    before(async () => {
      for (let each = 0; each < 2; each += 1) instances.push(await openStorage(options));
    });
    after(() => Promise.all(instances.map((storage) => storage[Symbol.asyncDispose]())));

    const limiters = (attempts: number, seconds: number): Limiter[] =>
      instances.flatMap(({ createLimiter }) => createLimiter?.({ attempts, seconds }) ?? []);
    const allowed = async (attempts: Promise<unknown>[]) =>
      (await Promise.allSettled(attempts)).filter(({ status }) => status === 'fulfilled').length;

    /** A whole stretch lies ahead, also where the timer fires a little early by the clock. */
    const beginOf = (seconds: number) => delay(seconds * 1000 - (Date.now() % (seconds * 1000)) + 50);

    it('O26 are counted by all instances together, however many ask at once', async () => {
      const [one, other] = limiters(5, 3600);
      const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other)?.consume('192.0.2.1'));
      assert.equal(await allowed(asked.map((attempt) => Promise.resolve(attempt))), 5);
    });

    it('O26 refuse with the time that is left, each key by itself', async () => {
      const [one, other] = limiters(1, 3600);
      await one?.consume('192.0.2.2');
      await assert.rejects(
        async () => other?.consume('192.0.2.2'),
        (refusal) =>
          refusal instanceof RateLimiterRes && refusal.msBeforeNext > 0 && refusal.msBeforeNext <= 3_600_000,
      );
      await other?.consume('192.0.2.3');
    });

    it('O26 begin anew when the time is over, although the count was not cleaned', async () => {
      const [one] = limiters(1, 4);
      // The first count of all makes the collection, which may take a while.
      await one?.consume('192.0.2.5');
      await beginOf(4);
      await one?.consume('192.0.2.4');
      await assert.rejects(async () => one?.consume('192.0.2.4'));
      await beginOf(4);
      await one?.consume('192.0.2.4');
    });
  });
});
