import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAdministration } from '../testing/administration.ts';
import { findingOf } from './subject.ts';

const minutes = 60_000;

/** An installation whose process ends between an intent and its outcome: nothing after the intent is written. */
async function openBroken() {
  const office = await openAdministration();
  const { machine, dependencies, storage, clock } = office;
  await machine.people.invite({ userName: 'ada', name: 'Ada' });
  await machine.apps.add({
    id: 'wiki',
    name: 'Wiki',
    kind: 'web',
    redirectUris: ['https://wiki.example.com/'],
  });
  await machine.groups.add({ name: 'Editors' });
  const { change } = dependencies.audit;
  return {
    ...office,
    /** Does `work` in a process that is killed `before` it, or after it, and lets another one look later. */
    async broken(work: () => Promise<unknown>, { before = false } = {}) {
      dependencies.audit.change = async (event, act) => {
        await dependencies.audit.record({ ...event, changeId: 'broken', outcome: 'intent' });
        return before ? Promise.reject(new Error('killed')) : act(() => {});
      };
      await work().catch((error: Error) => assert.equal(error.message, 'killed'));
      dependencies.audit.change = change;
      clock.now += 5 * minutes;
      await dependencies.audit.closeOpenIntents((intent) => findingOf(dependencies, intent));
      const events = await storage.auditEvents.listByChange('broken');
      return events.map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' ')).toSorted();
    },
  };
}

describe('a change that was broken off', () => {
  it('F2 is closed as done where what it was about has changed', async () => {
    await using office = await openBroken();
    const { machine, broken } = office;
    assert.deepEqual(await broken(() => machine.people.update({ user: 'ada', name: 'Ada L' })), [
      'done broken_off',
      'intent',
    ]);
  });

  it('F2 is closed as failed where nothing has changed', async () => {
    await using office = await openBroken();
    const { machine, broken } = office;
    const closed = await broken(() => machine.apps.update({ id: 'wiki', name: 'Other' }), { before: true });
    assert.deepEqual(closed, ['failed broken_off', 'intent']);
    assert.equal((await machine.apps.show({ id: 'wiki' })).name, 'Wiki');
  });

  it('is looked at by what it would have done: removed, disabled, changed', async () => {
    await using removed = await openBroken();
    const remove = () => removed.machine.groups.remove({ group: 'Editors' });
    assert.equal((await removed.broken(remove))[0], 'done broken_off');
    await using kept = await openBroken();
    const disable = () => kept.machine.people.disable({ user: 'ada' });
    assert.equal((await kept.broken(disable, { before: true }))[0], 'failed broken_off');
  });

  it('is closed as unknown where it leaves no trace of its own', async () => {
    await using office = await openBroken();
    const { machine, broken } = office;
    const closed = await broken(() => machine.metadata.refresh({}), { before: true });
    assert.deepEqual(closed, ['intent', 'unknown broken_off']);
  });

  it('names whom it was about, by ids alone', async () => {
    await using office = await openBroken();
    const { machine, broken, storage } = office;
    const { account } = await machine.people.show({ user: 'ada' });
    await broken(() => machine.people.disable({ user: 'ada' }), { before: true });
    const [intent] = await storage.auditEvents.listByChange('broken');
    assert.equal(intent?.accountId, account.id);
    assert.ok(!JSON.stringify(intent).includes('"ada"'));
  });

  it('is not begun where what it is about is not there', async () => {
    await using office = await openBroken();
    const { machine, eventTypes } = office;
    const before = await eventTypes();
    await assert.rejects(machine.people.disable({ user: 'nobody' }), { code: 'not_found' });
    assert.deepEqual(await eventTypes(), before);
  });
});
