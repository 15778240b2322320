import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { generateRoot } from '../secret/secret.ts';
import { payloadOf } from '../testing/app-under-test.ts';
import { createBrowser } from '../testing/browser.ts';
import { createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import {
  addApp,
  enrol,
  newCode,
  newTokens,
  ok,
  redeem,
  type Stage,
  type Tokens,
} from '../testing/faulty-steps.ts';
import { freePort } from '../testing/installation.ts';
import { json } from '../testing/journeys.ts';
import { until } from '../testing/until.ts';

const turnedClock = new URL('../testing/turned-clock.ts', import.meta.url).href;
const minute = 60_000;

withMongo(({ url }) => {
  describe('one of two servers whose clock is set', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-clock-'));
    const file = join(folder, 'ahead');
    const set = (milliseconds: number) => writeFileSync(file, String(milliseconds));
    let installation: ProcessInstallation;
    let stage: Stage;
    let other: string;

    before(async () => {
      set(0);
      installation = await createProcessInstallation({
        LATCHKEY_STORAGE: url,
        LATCHKEY_SECRET: generateRoot(),
      });
      await installation.start();
      const settings = { LATCHKEY_LISTEN_PORT: `${await freePort()}`, TURNED_CLOCK: file };
      other = (await installation.start({ settings, nodeOptions: ['--import', turnedClock] })).address;
      const browser = createBrowser(installation.origin);
      stage = { installation, browser, party: await addApp(installation) };
      const { link } = await installation.administration.people.setupLink({});
      await enrol(browser, link.url, { name: 'Ada', userName: 'ada' });
    });
    after(async () => {
      await installation?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    const ready = async () => (await fetch(`${other}/health/ready`)).status === 200;
    const refresh = ({ refresh_token }: Tokens, at?: string) =>
      redeem({ ...stage, ...(at && { at }) }, { grant_type: 'refresh_token', refresh_token });

    for (const [words, ahead] of [
      ['five minutes ahead', 5 * minute],
      ['five minutes back', -5 * minute],
    ] as const)
      it(`F10 ${words} serves nothing while it is, and takes nothing away`, async () => {
        const tokens = await newTokens(stage);
        set(ahead);
        await until('it serves nothing', async () => !(await ready()), 3);
        const refused = await refresh(tokens, other);
        assert.equal(refused.status, 503, refused.text);
        assert.ok(Number(refused.headers.get('retry-after')) > 0);
        assert.equal((await fetch(`${other}/health/live`)).status, 200);
        // The one whose clock is right does not mind.
        const next = json<Tokens>(ok(await refresh(tokens)));
        set(0);
        await until('it serves again', ready, 5);
        ok(await refresh(next, other));
      });

    it('F10 a month ahead as it starts ends nothing that the others gave, and changes no keys', async () => {
      const tokens = await newTokens(stage);
      const keys = async () => (await fetch(`${installation.origin}/jwks`)).text();
      const before = await keys();
      set(40 * 24 * 60 * minute);
      const settings = { LATCHKEY_LISTEN_PORT: `${await freePort()}`, TURNED_CLOCK: file };
      const late = await installation.start({
        settings,
        nodeOptions: ['--import', turnedClock],
        ready: 'live',
      });
      await until('it says so', async () => late.output().includes('differs from the database'));
      await delay(500);
      set(0);
      await until('it serves again', ready, 5);
      assert.equal(await keys(), before);
      ok(await refresh(tokens));
    });

    for (const ahead of [8_000, -8_000])
      it(`F10 ${ahead / 1000} s off works together with the other, and issues nothing beyond that`, async () => {
        set(ahead);
        await delay(200);
        assert.ok(await ready());
        const browser = createBrowser(installation.origin, {
          at: other,
          of: { ...stage.browser, cookies: new Map() },
        });
        const theirs = await newTokens({ ...stage, browser, at: other });
        const now = Date.now() / 1000;
        const { iat = 0, exp = 0 } = payloadOf(theirs.id_token) as { iat?: number; exp?: number };
        assert.ok(Math.abs(iat - now) < 10 && exp > now, `${iat} at ${now}`);
        const ours = json<Tokens>(ok(await refresh(theirs)));
        ok(await refresh(ours, other));
        const code = await newCode(stage);
        ok(await redeem({ ...stage, at: other }, code));
        set(0);
      });
  });
});
