import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { groupSample, oddStrings, randomId } from './samples.ts';

export function groupsContract(name: string, open: Open): void {
  describe(`${name}: groups`, () => {
    const storage = openedOnce(open);
    const groups = () => storage().groups;

    it('finds a group by id and by name', async () => {
      const group = groupSample({ description: 'They edit.' });
      await groups().insert(group);
      assert.deepEqual(await groups().findById(group.id), group);
      assert.deepEqual(await groups().findByNameKey(group.nameKey), group);
      assert.equal(await groups().findById(randomId()), undefined);
      assert.equal(await groups().findByNameKey(randomId()), undefined);
    });

    it('names the field of a conflict', async () => {
      const group = groupSample();
      await groups().insert(group);
      await assertConflict(groups().insert(groupSample({ id: group.id })), 'id');
      await assertConflict(groups().insert(groupSample({ nameKey: group.nameKey })), 'nameKey');
      const other = groupSample();
      await groups().insert(other);
      await assertConflict(groups().update({ ...other, nameKey: group.nameKey }, 0), 'nameKey');
    });

    it('takes one of 50 groups with one name', async () => {
      const nameKey = randomId();
      await assertOneWinner(async () => {
        await groups().insert(groupSample({ nameKey }));
        return true;
      });
    });

    it('lists those with a rule for authenticators, in order of name', async () => {
      const prefix = randomId();
      const authenticatorRule = { deviceBound: true, vendors: ['Yubico AB'], effectiveFrom: 1 };
      const [late, early] = ['b', 'a'].map((end) =>
        groupSample({ nameKey: `${prefix}-${end}`, authenticatorRule }),
      );
      assert.ok(late && early);
      for (const group of [late, groupSample({ nameKey: `${prefix}-c` }), early])
        await groups().insert(group);
      const listed = async () =>
        (await groups().listWithRule()).filter(({ nameKey }) => nameKey.startsWith(prefix));
      assert.deepEqual(await listed(), [early, late]);
      const { authenticatorRule: _, ...without } = late;
      assert.equal(await groups().update(without, late.revision), true);
      assert.deepEqual(await listed(), [early]);
    });

    it('finds those of many ids that exist, in order of name', async () => {
      const prefix = randomId();
      const made = ['c', 'a', 'b'].map((letter) => groupSample({ nameKey: `${prefix}${letter}` }));
      for (const group of made) await groups().insert(group);
      const found = await groups().findMany([...made.map(({ id }) => id), randomId()]);
      assert.deepEqual(
        found.map(({ nameKey }) => nameKey.at(-1)),
        ['a', 'b', 'c'],
      );
      assert.deepEqual(await groups().findMany([]), []);
    });

    it('lets one of 50 updates of one revision win', async () => {
      const group = groupSample({ description: 'They edit.' });
      await groups().insert(group);
      const { description, ...bare } = group;
      await assertOneWinner(() => groups().update({ ...bare, name: 'Writers', revision: 1 }, 0));
      assert.deepEqual(await groups().findById(group.id), { ...bare, name: 'Writers', revision: 1 });
      assert.equal(await groups().update(groupSample(), 0), false);
    });

    it('removes a group once', async () => {
      const group = groupSample();
      await groups().insert(group);
      await assertOneWinner(() => groups().remove(group.id));
    });

    it('lists in order of name, page by page', async () => {
      const prefix = randomId();
      for (const letter of ['b', 'c', 'a'])
        await groups().insert(groupSample({ nameKey: `${prefix}${letter}` }));
      const first = await groups().list({ after: prefix, limit: 2 });
      assert.deepEqual(
        first.items.map(({ nameKey }) => nameKey.at(-1)),
        ['a', 'b'],
      );
      assert.equal(first.next, `${prefix}b`);
      const second = await groups().list({ after: String(first.next), limit: 1 });
      assert.deepEqual(
        second.items.map(({ nameKey }) => nameKey),
        [`${prefix}c`],
      );
      assert.equal((await groups().list({ limit: 1000 })).next, undefined);
    });

    it('takes odd strings for nothing but strings', async () => {
      for (const odd of oddStrings) {
        const group = groupSample({ name: odd, nameKey: `${odd}${randomId()}` });
        await groups().insert(group);
        assert.deepEqual(await groups().findByNameKey(group.nameKey), group);
      }
    });
  });
}
