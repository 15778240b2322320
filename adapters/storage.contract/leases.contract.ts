import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId } from './samples.ts';

export function leasesContract(name: string, open: Open): void {
  describe(`${name}: leases`, () => {
    const storage = openedOnce(open);
    const leases = () => storage().leases;

    it('are given to one of 50 who ask at once', async () => {
      const id = randomId();
      await assertOneWinner((i) => leases().acquire({ id, owner: `owner ${i}`, until: now + 1000 }, now));
    });

    it('go on to another when they have run out, to one of 50', async () => {
      const id = randomId();
      await leases().acquire({ id, owner: 'first', until: now + 1000 }, now);
      const early = await leases().acquire({ id, owner: 'second', until: now + 2000 }, now + 999);
      assert.equal(early, undefined);
      await assertOneWinner((i) =>
        leases().acquire({ id, owner: `owner ${i}`, until: now + 3000 }, now + 1000),
      );
    });

    it('are prolonged for who holds them', async () => {
      const id = randomId();
      const first = await leases().acquire({ id, owner: 'first', until: now + 1000 }, now);
      const again = await leases().acquire({ id, owner: 'first', until: now + 5000 }, now + 10);
      assert.equal(again?.until, now + 5000);
      assert.ok((again?.fence ?? 0) > (first?.fence ?? 0));
      assert.equal(await leases().acquire({ id, owner: 'second', until: now + 6000 }, now + 2000), undefined);
    });

    it('are given back by their owner alone, and numbers grow on', async () => {
      const id = randomId();
      const first = await leases().acquire({ id, owner: 'first', until: now + 1000 }, now);
      await leases().release(id, 'second');
      assert.equal(await leases().acquire({ id, owner: 'second', until: now + 1000 }, now), undefined);
      await leases().release(id, 'first');
      const next = await leases().acquire({ id, owner: 'second', until: now + 1000 }, now);
      assert.deepEqual(next, { id, owner: 'second', until: now + 1000, fence: (first?.fence ?? 0) + 1 });
    });

    it('are of one job each', async () => {
      const [one, other] = [randomId(), randomId()];
      assert.ok(await leases().acquire({ id: one, owner: 'first', until: now + 1000 }, now));
      assert.ok(await leases().acquire({ id: other, owner: 'second', until: now + 1000 }, now));
      await leases().release('unknown', 'first');
    });
  });
}
