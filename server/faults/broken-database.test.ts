import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, withMongo } from '../../adapters/mongo/testing.ts';
import { generateRoot } from '../secret/secret.ts';
import { createBrowser } from '../testing/browser.ts';
import { answering, createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import {
  addApp,
  askAsApp,
  enrol,
  newTokens,
  redeem,
  type Stage,
  type Tokens,
} from '../testing/faulty-steps.ts';

withMongo(({ url, urlOn, ...server }) => {
  describe('a server whose MongoDB', () => {
    let installation: ProcessInstallation;
    let stage: Stage;

    before(async () => {
      const secret = { LATCHKEY_SECRET: generateRoot() };
      installation = await createProcessInstallation({ LATCHKEY_STORAGE: url, ...secret });
    });
    after(() => installation?.[Symbol.asyncDispose]());

    const startBehind = (port: number) => installation.start({ settings: { LATCHKEY_STORAGE: urlOn(port) } });
    const refresh = (refresh_token: string) => redeem(stage, { grant_type: 'refresh_token', refresh_token });

    it('F5 breaks its connections under load: what it acknowledged holds, and nothing succeeds twice', async () => {
      await using proxy = await startProxy(server);
      await using instance = await startBehind(proxy.port);
      stage = {
        installation,
        browser: createBrowser(installation.origin),
        party: await addApp(installation),
      };
      const { link } = await installation.administration.people.setupLink({});
      await enrol(stage.browser, link.url, { name: 'Ada', userName: 'ada' });
      const lanes: Tokens[] = [];
      while (lanes.length < 4) lanes.push(await newTokens(stage));
      let isOver = false;
      const failures: number[] = [];
      const chains = lanes.map(async ({ refresh_token: begun }) => {
        for (let token = begun; !isOver; ) {
          const { status, text } = await refresh(token);
          if (status === 200) {
            token = (JSON.parse(text) as Tokens).refresh_token;
            continue;
          }
          failures.push(Date.now());
          // Of what was broken off nobody knows whether it was done: a token that it may have used is used.
          if (status === 400) return;
          assert.equal(status, 503, text);
          await delay(50);
        }
      });
      await delay(300);
      const broken = Date.now();
      proxy.cut();
      await delay(300);
      proxy.resume();
      await answering(instance, '/health/ready');
      const back = Date.now();
      await delay(300);
      isOver = true;
      const ends = await Promise.allSettled(chains);
      for (const at of failures) assert.ok(at >= broken && at < back + 2000);
      for (const end of ends)
        assert.equal(end.status, 'fulfilled', String((end as PromiseRejectedResult).reason));
    });

    it('F7 answers slowly: requests wait for a bounded time, and what is too much is sent away', async () => {
      await using proxy = await startProxy(server);
      await using instance = await startBehind(proxy.port);
      await answering(instance, '/health/ready');
      // Each way: half a second for a call.
      proxy.slow(250);
      const times: number[] = [];
      const statuses = new Map<number, number>();
      const asked = Array.from({ length: 80 }, async () => {
        const begun = performance.now();
        const { status } = await refresh('none');
        times.push(performance.now() - begun);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      });
      const live = performance.now();
      assert.equal((await askAsApp(stage, '/health/live', {})).status, 200);
      assert.ok(performance.now() - live < 5000);
      await Promise.all(asked);
      for (const status of statuses.keys()) assert.ok([400, 503].includes(status), String(status));
      assert.ok(Math.max(...times) < 14_900, `${Math.max(...times)} ms`);
      proxy.slow(0);
      // What waited for the slow database is done with first.
      const until = Date.now() + 15_000;
      while ((await refresh('none')).status !== 400) {
        assert.ok(Date.now() < until, 'it answers again');
        await delay(200);
      }
    });
  });
});
