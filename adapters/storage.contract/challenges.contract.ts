import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { challengeSample, now, randomId } from './samples.ts';

export function challengesContract(name: string, open: Open): void {
  describe(`${name}: challenges`, () => {
    const storage = openedOnce(open);
    const challenges = () => storage().challenges;

    it('F18 gives a challenge to one of 50', async () => {
      const challenge = challengeSample({
        userHandle: randomId(),
        passkeyIds: [randomId()],
        ticketId: randomId(),
      });
      await challenges().insert(challenge);
      await assertOneWinner(async () => {
        const taken = await challenges().take(challenge.id, now);
        if (taken) assert.deepEqual(taken, challenge);
        return taken;
      });
    });

    it('leaves absent fields absent', async () => {
      const challenge = challengeSample();
      await challenges().insert(challenge);
      assert.deepEqual(await challenges().take(challenge.id, now), challenge);
      assert.equal(await challenges().take(challenge.id, now), undefined);
    });

    it('refuses an id that is there', async () => {
      const challenge = challengeSample();
      await challenges().insert(challenge);
      await assertConflict(challenges().insert(challenge), 'id');
    });

    it('F11 does not give an expired one, though it is still there', async () => {
      const challenge = challengeSample();
      await challenges().insert(challenge);
      assert.equal(await challenges().take(challenge.id, challenge.expiresAt), undefined);
    });

    it('removes what has expired', async () => {
      const long = now - 2_000_000;
      const [gone, left] = [challengeSample({ expiresAt: long }), challengeSample({ expiresAt: long + 1 })];
      await challenges().insert(gone);
      await challenges().insert(left);
      assert.equal(await challenges().removeExpired(long), 1);
      assert.deepEqual(await challenges().take(left.id, long), left);
    });
  });
}
