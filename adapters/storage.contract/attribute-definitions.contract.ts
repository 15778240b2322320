import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributeSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { oddStrings, randomId } from './samples.ts';

export function attributeDefinitionsContract(name: string, open: Open): void {
  describe(`${name}: attributes`, () => {
    const storage = openedOnce(open);
    const attributes = () => storage().attributeDefinitions;
    const listed = async (prefix: string) =>
      (await attributes().list()).filter(({ id }) => id.startsWith(prefix));

    it('lists them in order of id, and leaves absent fields absent', async () => {
      const prefix = randomId();
      const made = oddStrings.map((odd, index) =>
        attributeSample({ id: `${prefix}${String.fromCharCode(98 + index)}`, label: odd, description: odd }),
      );
      const first = attributeSample({ id: `${prefix}a`, type: 'strings' });
      for (const definition of [...made, first]) await attributes().insert(definition);
      assert.deepEqual(await listed(prefix), [first, ...made]);
      await assertConflict(attributes().insert(first), 'id');
    });

    it('lets one of 50 updates of one revision win', async () => {
      const before = attributeSample();
      await attributes().insert(before);
      await assertOneWinner(() => attributes().update({ ...before, label: 'Another' }, 1));
      assert.deepEqual(await listed(before.id), [{ ...before, label: 'Another', revision: 2 }]);
      assert.equal(await attributes().update(attributeSample(), 1), false);
    });

    it('removes one once', async () => {
      const definition = attributeSample();
      await attributes().insert(definition);
      await assertOneWinner(() => attributes().remove(definition.id));
      assert.deepEqual(await listed(definition.id), []);
    });
  });
}
