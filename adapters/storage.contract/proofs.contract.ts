import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, proofSample, randomId } from './samples.ts';

export function proofsContract(name: string, open: Open): void {
  describe(`${name}: proofs`, () => {
    const storage = openedOnce(open);
    const proofs = () => storage().proofs;

    it('finds a proof until it expires', async () => {
      const proof = proofSample();
      await proofs().insert(proof);
      assert.deepEqual(await proofs().find(proof.id, proof.expiresAt - 1), proof);
      assert.equal(await proofs().find(proof.id, proof.expiresAt), undefined);
      assert.equal(await proofs().find(randomId(), now), undefined);
      await assertConflict(proofs().insert(proof), 'id');
    });

    it('removes those of a user handle', async () => {
      const userHandle = randomId();
      const [mine, other] = [proofSample({ userHandle }), proofSample()];
      await proofs().insert(mine);
      await proofs().insert(other);
      assert.equal(await proofs().removeByUserHandle(userHandle), 1);
      assert.equal(await proofs().find(mine.id, now), undefined);
      assert.deepEqual(await proofs().find(other.id, now), other);
    });

    it('removes what has expired', async () => {
      const long = now - 4_000_000;
      await proofs().insert(proofSample({ expiresAt: long }));
      assert.equal(await proofs().removeExpired(long - 1), 0);
      assert.equal(await proofs().removeExpired(long), 1);
    });
  });
}
