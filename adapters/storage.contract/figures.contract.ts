import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Figure } from '../../server/storage.ts';
import { assertConflict, assertOneWinner, race } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, passkeyHolderSample, randomId } from './samples.ts';

export function figuresContract(name: string, open: Open): void {
  describe(`${name}: figures`, () => {
    const storage = openedOnce(open);
    const figures = () => storage().figures;
    const byId = (found: readonly Figure[]) => found.toSorted((a, b) => (a.id < b.id ? -1 : 1));

    it('adds to each by itself, whoever else adds to it meanwhile', async () => {
      const [one, other] = [randomId(), randomId()];
      const added = await race(async () => {
        await figures().add([
          { id: one, value: 2 },
          { id: other, value: -1, expiresAt: now },
        ]);
        return true;
      });
      assert.equal(added.length, 50);
      const expected = byId([
        { id: one, value: 100 },
        { id: other, value: -50, expiresAt: now },
      ]);
      assert.deepEqual(byId(await figures().findMany([one, other, randomId()])), expected);
      await figures().add([]);
      assert.deepEqual(await figures().findMany([]), []);
    });

    it('records the highest of 50 values', async () => {
      const id = randomId();
      await race((i) => figures().recordHighest({ id, value: 1000 + ((i * 7) % 50) }));
      assert.deepEqual(await figures().findMany([id]), [{ id, value: 1049 }]);
      await figures().recordHighest({ id, value: 3 });
      assert.deepEqual(await figures().findMany([id]), [{ id, value: 1049 }]);
    });

    it('lists those whose id begins so, in order', async () => {
      const prefix = randomId();
      const made = ['b', 'a', '\u{1f600}'].map((end, value) => ({ id: `${prefix}/${end}`, value }));
      await figures().add([...made, { id: `${prefix}0`, value: 1 }, { id: `x${prefix}/`, value: 1 }]);
      assert.deepEqual(await figures().listByPrefix(`${prefix}/`), byId(made));
      assert.deepEqual(await figures().listByPrefix(randomId()), []);
    });

    it('removes what has expired, and that alone', async () => {
      const long = now - 5_000_000;
      const [gone, kept, eternal] = [randomId(), randomId(), randomId()];
      await figures().add([
        { id: gone, value: 1, expiresAt: long },
        { id: kept, value: 1, expiresAt: long + 1 },
        { id: eternal, value: 1 },
      ]);
      assert.equal(await figures().removeExpired(long), 1);
      const left = (await figures().findMany([gone, kept, eternal])).map(({ id }) => id);
      assert.deepEqual(left.sort(), [kept, eternal].sort());
    });
  });

  describe(`${name}: counted passkeys of people`, () => {
    const storage = openedOnce(open);
    const holders = () => storage().passkeyHolders;

    it('are found, changed by compare-and-set, and taken once', async () => {
      const holder = passkeyHolderSample();
      await holders().insert(holder);
      await assertConflict(holders().insert({ ...holder, passkeys: [] }), 'id');
      assert.deepEqual(await holders().findMany([holder.id, randomId()]), [holder]);
      await assertOneWinner(() => holders().update({ ...holder, passkeys: [] }, holder.revision));
      const changed = { ...holder, passkeys: [], revision: holder.revision + 1 };
      assert.deepEqual(await holders().findMany([holder.id]), [changed]);
      await assertOneWinner(async () => (await holders().take(holder.id)) !== undefined);
      assert.deepEqual(await holders().findMany([holder.id]), []);
      assert.equal(await holders().update(holder, 0), false);
    });
  });
}
