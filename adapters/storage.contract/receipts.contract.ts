import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId, receiptSample } from './samples.ts';

export function receiptsContract(name: string, open: Open): void {
  describe(`${name}: receipts`, () => {
    const storage = openedOnce(open);
    const receipts = () => storage().receipts;

    it('keeps every field, in order of time and then of id', async () => {
      const since = now + 1000;
      const made = [3, 1, 2, 2, 2].map((age) => receiptSample({ at: since + age }));
      for (const receipt of made) await receipts().insert(receipt);
      const expected = made.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
      assert.deepEqual((await receipts().list({ since, limit: 9 })).items, expected);
      assert.deepEqual((await receipts().list({ since: since + 3, limit: 9 })).items, expected.slice(4));
    });

    it('pages through many of one moment, each once', async () => {
      const since = now + 9_000_000;
      const made = Array.from({ length: 7 }, () => receiptSample({ at: since }));
      for (const receipt of made) await receipts().insert(receipt);
      const pages = await collectPages((after) =>
        receipts().list({ since, limit: 3, ...(after === undefined ? {} : { after }) }),
      );
      assert.deepEqual(
        pages.map(({ length }) => length),
        [3, 3, 1],
      );
      assert.deepEqual(new Set(pages.flat().map(({ id }) => id)), new Set(made.map(({ id }) => id)));
    });

    it('F17 takes one of 50 with the same id', async () => {
      const id = randomId();
      await assertOneWinner(async () => {
        await receipts().insert(receiptSample({ id }));
        return true;
      });
      await assertConflict(receipts().insert(receiptSample({ id })), 'id');
    });

    it('removes what has expired', async () => {
      const long = now - 7_000_000;
      await receipts().insert(receiptSample({ expiresAt: long }));
      assert.equal(await receipts().removeExpired(long - 1), 0);
      assert.equal(await receipts().removeExpired(long), 1);
    });
  });
}
