import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { logoutNoticeSample, now, oddStrings, randomId } from './samples.ts';

export function logoutNoticesContract(name: string, open: Open): void {
  describe(`${name}: logout notices`, () => {
    const storage = openedOnce(open);
    const notices = () => storage().logoutNotices;
    const pending = (appId: string, until = now) =>
      notices().list({ state: 'pending', appId, until, limit: 9 });

    it('keeps every field, and leaves absent ones absent', async () => {
      const appId = randomId();
      const bare = logoutNoticeSample({ appId, nextAttemptAt: now - 1 });
      const full = logoutNoticeSample({
        ...{ appId, sid: 'sid', sector: 'notes.example.com', lastFailure: oddStrings.join() },
      });
      for (const notice of [full, bare]) await notices().insert(notice);
      assert.deepEqual(await pending(appId), [bare, full]);
      await assertConflict(notices().insert(full), 'id');
    });

    it('lists what is due of one app, earliest first, and not what is done', async () => {
      const appId = randomId();
      for (const due of [3, 1, 2, 0])
        await notices().insert(logoutNoticeSample({ appId, nextAttemptAt: now + due }));
      await notices().insert(logoutNoticeSample({ appId, state: 'failed' }));
      await notices().insert(logoutNoticeSample());
      const due = (await pending(appId, now + 2)).map(({ nextAttemptAt }) => nextAttemptAt - now);
      assert.deepEqual(due, [0, 1, 2]);
      assert.equal((await notices().list({ state: 'pending', appId, until: now + 9, limit: 2 })).length, 2);
      assert.equal((await notices().list({ state: 'failed', appId, until: now, limit: 9 })).length, 1);
    });

    it('walks through the apps that have some, each once', async () => {
      const prefix = `~${randomId()}`;
      for (const app of ['b', 'a', 'b', 'b', 'c'])
        await notices().insert(logoutNoticeSample({ appId: `${prefix}${app}`, state: 'delivered' }));
      await notices().insert(logoutNoticeSample({ appId: `${prefix}bb` }));
      const seen: string[] = [];
      for (let after = prefix; ; ) {
        const next = await notices().findNextApp({ state: 'delivered', after });
        if (!next?.startsWith(prefix)) break;
        seen.push(next.slice(prefix.length));
        after = next;
      }
      assert.deepEqual(seen, ['a', 'b', 'c']);
    });

    it('F18 lets one of 50 have a notice for an attempt', async () => {
      const notice = logoutNoticeSample();
      await notices().insert(notice);
      await assertOneWinner((i) =>
        notices().update({ ...notice, attempts: 1, nextAttemptAt: now + i + 1 }, 0),
      );
      assert.deepEqual(await pending(notice.appId), []);
      assert.equal((await pending(notice.appId, now + 50)).length, 1);
    });

    it('F18 takes one of 50 notices of one end', async () => {
      const notice = logoutNoticeSample();
      await assertOneWinner(async () => {
        await notices().insert(notice);
        return true;
      });
    });

    it('is settled by whoever has it, once, and only while it is pending', async () => {
      const notice = logoutNoticeSample({ lastFailure: 'it answered 500' });
      await notices().insert(notice);
      const { lastFailure, ...rest } = { ...notice, attempts: 1 };
      assert.ok(await notices().update(rest, 0));
      assert.equal(await notices().update({ ...rest, state: 'failed' }, 0), false);
      const delivered = { ...rest, state: 'delivered' as const, expiresAt: now + 5 };
      assert.ok(await notices().update(delivered, 1));
      assert.equal(await notices().update({ ...rest, state: 'failed' }, 1), false);
      assert.equal(await notices().update(logoutNoticeSample(), 0), false);
      const { appId } = notice;
      assert.deepEqual(await notices().list({ state: 'delivered', appId, until: now, limit: 9 }), [
        delivered,
      ]);
    });

    it('removes what has expired', async () => {
      const long = now - 8_500_000;
      await notices().insert(logoutNoticeSample({ expiresAt: long }));
      assert.equal(await notices().removeExpired(long - 1), 0);
      assert.equal(await notices().removeExpired(long), 1);
    });
  });
}
