import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { authenticatorFloorSample, now } from './samples.ts';

export function authenticatorFloorsContract(name: string, open: Open): void {
  describe(`${name}: the floor of authenticators`, () => {
    const storage = openedOnce(open);
    const floors = () => storage().authenticatorFloors;

    it('is absent, then taken once of 50', async () => {
      assert.equal(await floors().find(), undefined);
      await assertOneWinner(async () => {
        await floors().insert(authenticatorFloorSample());
        return true;
      });
      assert.deepEqual(await floors().find(), authenticatorFloorSample());
      await assertConflict(floors().insert(authenticatorFloorSample()), 'id');
    });

    it('is replaced as a whole, by one of 50 that know its revision', async () => {
      const present = await floors().find();
      assert.ok(present);
      const rule = { keyProtection: ['secure_element' as const], deviceBound: true, effectiveFrom: now };
      const { id, revision } = present;
      await assertOneWinner((i) =>
        floors().update({ id, rule, updatedAt: now + i, revision }, present.revision),
      );
      const stored = await floors().find();
      assert.deepEqual(stored?.rule, rule);
      assert.equal(stored?.revision, present.revision + 1);
      assert.equal(await floors().update(present, present.revision), false);
    });
  });
}
