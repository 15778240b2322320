import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appRefusalsSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, oddStrings, randomId } from './samples.ts';

export function appRefusalsContract(name: string, open: Open): void {
  describe(`${name}: refusals of apps`, () => {
    const storage = openedOnce(open);
    const refused = () => storage().appRefusals;

    it('keeps every field, and leaves absent ones absent', async () => {
      const refusals = oddStrings.map((odd) => ({ ...sample, reason: odd, redirectUri: odd }));
      const full = appRefusalsSample({ refusals: [...refusals, sample] });
      await refused().insert(full);
      assert.deepEqual(await refused().findById(full.id), full);
      await assertConflict(refused().insert(full), 'id');
      assert.equal(await refused().findById(randomId()), undefined);
    });

    it('lets one of 50 updates of one revision win', async () => {
      const before = appRefusalsSample();
      await refused().insert(before);
      await assertOneWinner(() => refused().update({ ...before, refusals: [sample] }, 1));
      assert.deepEqual(await refused().findById(before.id), { ...before, refusals: [sample], revision: 2 });
      assert.equal(await refused().update(appRefusalsSample(), 1), false);
    });

    it('removes a record once', async () => {
      const { id } = appRefusalsSample();
      await refused().insert(appRefusalsSample({ id }));
      await assertOneWinner(() => refused().remove(id));
    });
  });
}

const sample = {
  code: 'invalid_client',
  reason: 'invalid secret provided',
  count: 2,
  firstAt: now,
  at: now + 1,
};
