import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId, signInSample } from './samples.ts';

export function signInsContract(name: string, open: Open): void {
  describe(`${name}: sign-ins`, () => {
    const storage = openedOnce(open);
    const signIns = () => storage().signIns;

    it('keeps every field, and leaves absent ones absent', async () => {
      const bare = signInSample();
      const full = signInSample({
        ...{ appId: 'wiki', address: '::1', device: 'Firefox' },
        ...{ receipt: 'a.b.c', userHandle: 'handle', mac: 'mac' },
      });
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

    it('lists by account, by passkey and by app, newest first, page by page', async () => {
      const whose = { accountId: randomId(), passkeyId: randomId(), appId: randomId() };
      const made = [2, 3, 1, 2, 2].map((age) => signInSample({ ...whose, at: now - age }));
      for (const signIn of [...made, signInSample()]) await signIns().insert(signIn);
      const expected = made.toSorted((a, b) => b.at - a.at || (a.id > b.id ? -1 : 1));
      const lists = {
        accountId: signIns().listByAccount,
        passkeyId: signIns().listByPasskey,
        appId: signIns().listByApp,
      };
      for (const [field, list] of Object.entries(lists)) {
        const id = whose[field as keyof typeof whose];
        const pages = await collectPages((after) => list(id, { limit: 2, ...(after && { after }) }));
        assert.deepEqual(pages, [expected.slice(0, 2), expected.slice(2, 4), expected.slice(4)], field);
        assert.deepEqual(await list(randomId(), { limit: 2 }), { items: [] });
      }
    });

    it('lists those of everybody, oldest first, page by page', async () => {
      const since = now + 8_000_000;
      const made = [2, 1, 2, 3].map((age) => signInSample({ at: since + age }));
      for (const signIn of made) await signIns().insert(signIn);
      const pages = await collectPages((after) =>
        signIns().list({ since, limit: 2, ...(after === undefined ? {} : { after }) }),
      );
      const expected = made.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
      assert.deepEqual(pages, [expected.slice(0, 2), expected.slice(2)]);
    });

    it('F17 takes one of 50 sign-ins of one receipt', async () => {
      const id = randomId();
      await assertOneWinner(async () => {
        await signIns().insert(signInSample({ id }));
        return true;
      });
    });

    it('removes what has expired', async () => {
      const long = now - 6_000_000;
      await signIns().insert(signInSample({ expiresAt: long }));
      assert.equal(await signIns().removeExpired(long - 1), 0);
      assert.equal(await signIns().removeExpired(long), 1);
    });
  });
}
