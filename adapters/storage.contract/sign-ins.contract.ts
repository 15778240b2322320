import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId, signInSample } from './samples.ts';

export function signInsContract(name: string, open: Open): void {
  describe(`${name}: sign-ins`, () => {
    const storage = openedOnce(open);
    const signIns = () => storage().signIns;

    it('keeps every field, and leaves absent ones absent', async () => {
      const bare = signInSample();
      const full = signInSample({ appId: 'wiki', address: '::1', device: 'Firefox', receipt: 'a.b.c' });
      await signIns().insert(bare);
      await signIns().insert(full);
      assert.deepEqual(await signIns().findById(bare.id), bare);
      assert.deepEqual(await signIns().findById(full.id), full);
      assert.equal(await signIns().findById(randomId()), undefined);
      await assertConflict(signIns().insert(bare), 'id');
    });

    it('finds those of many ids that exist', async () => {
      const made = [signInSample(), signInSample()];
      for (const signIn of made) await signIns().insert(signIn);
      const found = await signIns().findMany([...made.map(({ id }) => id), randomId()]);
      assert.deepEqual(new Set(found.map(({ id }) => id)), new Set(made.map(({ id }) => id)));
      assert.deepEqual(await signIns().findMany([]), []);
    });

    it('lists by account, newest first', async () => {
      const accountId = randomId();
      for (const age of [2, 3, 1]) await signIns().insert(signInSample({ accountId, at: now - age }));
      const newest = await signIns().listByAccount(accountId, { limit: 2 });
      assert.deepEqual(
        newest.map(({ at }) => now - at),
        [1, 2],
      );
    });

    it('removes what has expired', async () => {
      const long = now - 6_000_000;
      await signIns().insert(signInSample({ expiresAt: long }));
      assert.equal(await signIns().removeExpired(long - 1), 0);
      assert.equal(await signIns().removeExpired(long), 1);
    });
  });
}
