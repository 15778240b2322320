import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { auditCheckpointSample, auditKeySample } from './audit-samples.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId } from './samples.ts';

export function auditKeysContract(name: string, open: Open): void {
  describe(`${name}: keys of personal fields`, () => {
    const storage = openedOnce(open);
    const auditKeys = () => storage().auditKeys;

    it('finds those that are there, of many at once', async () => {
      const [one, two] = [auditKeySample(), auditKeySample()];
      await auditKeys().insert(one);
      await auditKeys().insert(two);
      const found = await auditKeys().findMany([one.id, two.id, randomId()]);
      assert.deepEqual(new Set(found), new Set([one, two]));
      assert.deepEqual(await auditKeys().findMany([]), []);
    });

    it('takes one of 50 keys of an account: instances that need it together make one', async () => {
      const id = randomId();
      await assertOneWinner(async (i) => {
        await auditKeys().insert(auditKeySample({ id, sealedKey: String(i) }));
        return true;
      });
      await assertConflict(auditKeys().insert(auditKeySample({ id })), 'id');
    });

    it('lists all in order of id, and seals one anew for one of 50, but never one that was erased', async () => {
      const key = auditKeySample();
      await auditKeys().insert(key);
      const pages = await collectPages((after) =>
        auditKeys().listAll({ limit: 3, ...(after !== undefined && { after }) }),
      );
      const ids = pages.flat().map(({ id }) => id);
      assert.deepEqual(ids, ids.toSorted());
      assert.ok(ids.includes(key.id));
      const from = String(key.sealedKey);
      await assertOneWinner((i) => auditKeys().reseal(key.id, { from, to: `anew ${i}` }));
      const [stored] = await auditKeys().findMany([key.id]);
      assert.match(String(stored?.sealedKey), /^anew /);
      assert.deepEqual({ ...stored, sealedKey: from }, key);
      await auditKeys().erase(key.id, now);
      assert.equal(await auditKeys().reseal(key.id, { from: String(stored?.sealedKey), to: 'back' }), false);
    });

    it('erases a key, there or not, and never has another one in its place', async () => {
      for (const key of [auditKeySample(), undefined]) {
        if (key) await auditKeys().insert(key);
        const id = key?.id ?? randomId();
        for (const _ of [1, 2]) {
          await auditKeys().erase(id, now + 5);
          const [mark] = await auditKeys().findMany([id]);
          assert.equal(mark?.sealedKey, undefined);
          assert.equal(mark?.erasedAt, now + 5);
        }
        await assertConflict(auditKeys().insert(auditKeySample({ id })), 'id');
      }
    });
  });
}

export function auditCheckpointsContract(name: string, open: Open): void {
  describe(`${name}: checkpoints of the audit`, () => {
    const storage = openedOnce(open);
    const auditCheckpoints = () => storage().auditCheckpoints;

    it('keeps them in order of their numbers, and knows the last one', async () => {
      const first = Number.MAX_SAFE_INTEGER - 1000;
      const made = [0, 9, 10].map((i) => auditCheckpointSample(first + i, { at: now + i }));
      for (const checkpoint of made.toReversed()) await auditCheckpoints().insert(checkpoint);
      assert.deepEqual(await auditCheckpoints().findLast(), made[2]);
      assert.deepEqual(await auditCheckpoints().list({ from: first, limit: 2 }), made.slice(0, 2));
      assert.deepEqual(await auditCheckpoints().list({ from: first + 1, limit: 9 }), made.slice(1));
      assert.ok((await auditCheckpoints().removeBelow(first + 9)) >= 1);
      assert.deepEqual(await auditCheckpoints().list({ from: 1, limit: 9 }), made.slice(1));
    });

    it('takes one of 50 of a number: of many instances one goes on', async () => {
      const { no } = auditCheckpointSample();
      await assertOneWinner(async () => {
        await auditCheckpoints().insert(auditCheckpointSample(no));
        return true;
      });
    });
  });
}

export function auditChainsContract(name: string, open: Open): void {
  describe(`${name}: chains of the audit that go on`, () => {
    const storage = openedOnce(open);
    const auditChains = () => storage().auditChains;

    it('lists them by when they said so last', async () => {
      const [a, b, c] = [randomId(), randomId(), randomId()];
      for (const [i, id] of [a, b, c, a].entries()) await auditChains().announce({ id, at: now + i });
      const listed = await auditChains().list({ since: now + 1, limit: 9 });
      assert.deepEqual(listed, [
        { id: b, at: now + 1 },
        { id: c, at: now + 2 },
        { id: a, at: now + 3 },
      ]);
      assert.deepEqual(await auditChains().list({ since: now + 1, limit: 1 }), listed.slice(0, 1));
      assert.ok((await auditChains().removeBefore(now + 3)) >= 2);
      assert.deepEqual(await auditChains().list({ since: now, limit: 9 }), listed.slice(2));
    });
  });
}
