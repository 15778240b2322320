import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, signingKeySample } from './samples.ts';

export function signingKeysContract(name: string, open: Open): void {
  describe(`${name}: signing keys`, () => {
    const storage = openedOnce(open);
    const signingKeys = () => storage().signingKeys;

    it('lists keys in order of creation', async () => {
      const made = [3, 1, 2].map((age) => signingKeySample({ createdAt: now - age }));
      for (const key of made) await signingKeys().insert(key);
      const ids = new Set(made.map(({ id }) => id));
      const listed = (await signingKeys().list()).filter(({ id }) => ids.has(id));
      assert.deepEqual(
        listed,
        made.toSorted((a, b) => a.createdAt - b.createdAt),
      );
    });

    it('takes one of 50 first keys of an algorithm: instances that start together make one', async () => {
      const { generation } = signingKeySample();
      await assertOneWinner(async () => {
        await signingKeys().insert(signingKeySample({ generation }));
        return true;
      });
      await assertConflict(signingKeys().insert(signingKeySample({ generation })), 'generation');
      await signingKeys().insert(signingKeySample({ alg: 'RS256', generation }));
    });

    it('refuses an id that is there', async () => {
      const key = signingKeySample();
      await signingKeys().insert(key);
      await assertConflict(signingKeys().insert(signingKeySample({ id: key.id })), 'id');
    });

    it('lets a staged key sign once, from one moment on', async () => {
      const key = signingKeySample({ status: 'next' });
      await signingKeys().insert(key);
      await assertOneWinner((i) => signingKeys().recordCurrent(key.id, now + i));
      const stored = (await signingKeys().list()).find(({ id }) => id === key.id);
      assert.ok(stored?.currentAt !== undefined);
      assert.deepEqual(stored, { ...key, status: 'current', currentAt: stored.currentAt });
      for (const id of [key.id, 'unknown'])
        assert.equal(await signingKeys().recordCurrent(id, now + 99), false);
      const retired = signingKeySample({ status: 'retired', retiredAt: now, external: true });
      await signingKeys().insert(retired);
      assert.equal(await signingKeys().recordCurrent(retired.id, now), false);
      assert.deepEqual(
        (await signingKeys().list()).find(({ id }) => id === retired.id),
        retired,
      );
    });

    it('seals a key anew for one of 50, and changes nothing else', async () => {
      const key = signingKeySample();
      await signingKeys().insert(key);
      await assertOneWinner((i) => signingKeys().reseal(key.id, { from: key.sealedJwk, to: `anew ${i}` }));
      const stored = (await signingKeys().list()).find(({ id }) => id === key.id);
      assert.match(String(stored?.sealedJwk), /^anew /);
      assert.deepEqual({ ...stored, sealedJwk: key.sealedJwk }, key);
    });

    it('removes a key once', async () => {
      const key = signingKeySample();
      await signingKeys().insert(key);
      await assertOneWinner(() => signingKeys().remove(key.id));
    });
  });
}
