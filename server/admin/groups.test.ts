import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../errors.ts';
import { openAdministration } from '../testing/administration.ts';

const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });

describe('a group', () => {
  it('has a name that is unique without regard to case', async () => {
    await using installation = await openAdministration();
    const { groups } = installation.machine;
    await groups.add({ name: 'Engineering', description: 'builds it' });
    await assert.rejects(groups.add({ name: 'ENGINEERING' }), { ...code('field_invalid'), field: 'name' });
    for (const name of ['', ' ', 'a\nb', 'a\u200bb', 'a'.repeat(101)])
      await assert.rejects(groups.add({ name }), code('field_invalid'));
    assert.deepEqual(
      (await groups.list({ limit: 10 })).items.map(({ name }) => name),
      ['Engineering'],
    );
  });

  it('takes people in and lets them go', async () => {
    await using installation = await openAdministration();
    const { groups, people } = installation.machine;
    const { id } = await groups.add({ name: 'staff' });
    await people.invite({ userName: 'ada', name: 'Ada' });
    assert.deepEqual(await groups.addMember({ group: 'Staff', user: 'ADA' }), { changed: true });
    assert.deepEqual(await groups.addMember({ group: id, user: 'ada' }), { changed: false });
    const members = await groups.listMembers({ group: 'staff', limit: 10 });
    assert.deepEqual(
      members.items.map(({ userName }) => userName),
      ['ada'],
    );
    assert.deepEqual(await groups.removeMember({ group: 'staff', user: 'ada' }), { changed: true });
    assert.deepEqual((await people.show({ user: 'ada' })).account.groups, []);
    await assert.rejects(groups.addMember({ group: 'nobody', user: 'ada' }), code('not_found'));
    await assert.rejects(groups.addMember({ group: 'staff', user: 'bob' }), code('not_found'));
  });

  it('loses nobody when many are put into it at once', async () => {
    await using installation = await openAdministration();
    const { groups, people } = installation.machine;
    await people.invite({ userName: 'ada', name: 'Ada' });
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) await groups.add({ name });
    await Promise.all(names.map((group) => groups.addMember({ group, user: 'ada' })));
    assert.equal((await people.show({ user: 'ada' })).account.groups.length, names.length);
  });

  it('is taken off its members when it is removed', async () => {
    await using installation = await openAdministration();
    const { groups, people } = installation.machine;
    await groups.add({ name: 'staff' });
    for (const userName of ['ada', 'bob']) {
      await people.invite({ userName, name: userName });
      await groups.addMember({ group: 'staff', user: userName });
    }
    assert.deepEqual(await groups.remove({ group: 'staff' }), { removed: true, members: 2 });
    assert.deepEqual((await people.show({ user: 'ada' })).account.groups, []);
    await assert.rejects(groups.remove({ group: 'staff' }), code('not_found'));
  });
});
