import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, receiptKeySample } from './samples.ts';

export function receiptKeysContract(name: string, open: Open): void {
  describe(`${name}: keys of receipts`, () => {
    const storage = openedOnce(open);
    const receiptKeys = () => storage().receiptKeys;

    it('lists keys by generation, with every field that is there', async () => {
      const pinned = receiptKeySample({ generation: -(2 ** 48) + Math.floor(Math.random() * 2 ** 32) });
      const made = [receiptKeySample(), receiptKeySample({ currentAt: now }), pinned];
      for (const key of made) await receiptKeys().insert(key);
      const ids = made.map(({ id }) => id);
      const listed = (await receiptKeys().list()).filter(({ id }) => ids.includes(id));
      assert.deepEqual(
        listed,
        made.toSorted((a, b) => a.generation - b.generation),
      );
    });

    it('takes one of 50 keys of a generation: instances that start together make one', async () => {
      const { generation } = receiptKeySample();
      await assertOneWinner(async () => {
        await receiptKeys().insert(receiptKeySample({ generation }));
        return true;
      });
      await assertConflict(receiptKeys().insert(receiptKeySample({ generation })), 'generation');
    });

    it('refuses an id that is there', async () => {
      const key = receiptKeySample();
      await receiptKeys().insert(key);
      await assertConflict(receiptKeys().insert(receiptKeySample({ id: key.id })), 'id');
    });

    it('seals a key anew for one of 50, whether it signs or not', async () => {
      const key = receiptKeySample();
      await receiptKeys().insert(key);
      await receiptKeys().recordCurrent(key.id, now);
      await assertOneWinner((i) => receiptKeys().reseal(key.id, { from: key.sealedJwk, to: `anew ${i}` }));
      const stored = (await receiptKeys().list()).find(({ id }) => id === key.id);
      assert.match(String(stored?.sealedJwk), /^anew /);
      assert.deepEqual({ ...stored, sealedJwk: key.sealedJwk }, { ...key, currentAt: now });
    });

    it('lets a staged key sign once, from one moment on', async () => {
      const key = receiptKeySample();
      await receiptKeys().insert(key);
      await assertOneWinner((i) => receiptKeys().recordCurrent(key.id, now + i));
      const stored = (await receiptKeys().list()).find(({ id }) => id === key.id);
      assert.ok(stored?.currentAt !== undefined);
      assert.equal(await receiptKeys().recordCurrent(key.id, now + 99), false);
      assert.equal(await receiptKeys().recordCurrent('unknown', now), false);
      assert.deepEqual(stored, { ...key, currentAt: stored.currentAt });
    });
  });
}
