import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { aboutThisServer } from './about-this-server.ts';

it('the doctor looks once for all who ask meanwhile, and anew for who asks later', async () => {
  let looked = 0;
  const { examine } = aboutThisServer({
    config: { passkeysUrl: undefined, certificates: 'no-such-folder' },
    storage: {} as never,
    env: {},
    examine: async () => {
      looked += 1;
      await setImmediate();
      if (looked === 2) throw new Error('not found out');
      return [];
    },
  });
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, examine)), Array(20).fill([]));
  assert.equal(looked, 1);
  await assert.rejects(examine());
  assert.deepEqual(await examine(), []);
});
