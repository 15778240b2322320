import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../errors.ts';
import { givePasskey, openAdministration } from '../testing/administration.ts';
import { addApp } from '../testing/app-under-test.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { renewId } from '../testing/sign-out.ts';

const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });
type Installation = Awaited<ReturnType<typeof openAdministration>>;

describe('disabling a person', () => {
  it('ends sessions, grants, tokens and links at once, and those of nobody else', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    const { account: ada } = await machine.people.invite({ userName: 'ada', name: 'Ada' });
    const { account: bob } = await machine.people.invite({ userName: 'bob', name: 'Bob' });
    for (const [id, model, accountId] of [
      ['1', 'Session', ada.sub],
      ['2', 'RefreshToken', ada.sub],
      ['3', 'Session', bob.sub],
    ] as const)
      await storage.artifacts.upsert({ id, model, payload: 'sealed', accountId });
    const { ended } = await machine.people.disable({ user: 'ada' });
    assert.equal(ended, 2);
    assert.equal((await storage.accounts.findById(ada.id))?.status, 'disabled');
    const [session] = await storage.artifacts.listByAccount(ada.sub, 'Session');
    assert.ok(session?.consumedAt);
    assert.equal(await storage.artifacts.find('2'), undefined);
    assert.equal((await storage.artifacts.listByAccount(bob.sub, 'Session')).length, 1);
    assert.equal(await storage.invitations.removeByAccount(ada.id), 0);
    assert.equal(await storage.invitations.removeByAccount(bob.id), 1);
    assert.ok((await installation.eventTypes()).includes('account.disabled'));
  });

  it('can be taken back', async () => {
    await using installation = await openAdministration();
    const { people } = installation.machine;
    await people.invite({ userName: 'ada', name: 'Ada' });
    await people.disable({ user: 'ada' });
    await people.disable({ user: 'ada' });
    assert.equal((await people.enable({ user: 'ada' })).account.status, 'active');
    assert.equal((await people.enable({ user: 'ada' })).account.status, 'active');
  });
});

onEveryStorage('a person who is disabled and enabled', (start) => {
  it('I3 has none of the sessions from before, also when a request was under way with one', async () => {
    const installation = await start();
    const browser = await setUp(installation);
    const { people } = installation.administration;
    const bob = await addPerson(installation, { name: 'Bob', userName: 'bob' });
    const app = await addApp(installation, { consent: 'implicit' });
    await app.code(bob);
    const renewed = await renewId(bob, app.id);
    await people.disable({ user: 'bob' });
    await people.enable({ user: 'bob' });
    await renewed.letGo();
    assert.equal((await bob.get('/account')).status, 303);
    assert.equal((await browser.get('/account')).status, 200);
  });
});

describe('the last administrator who can sign in', () => {
  it('is neither disabled nor removed', async () => {
    await using installation = await openAdministration();
    await administrator(installation, 'ada');
    const { people } = installation.machine;
    // Bob is an administrator too, but has never made a passkey: alone he could not come in.
    await people.invite({ userName: 'bob', name: 'Bob', role: 'administrator' });
    await assert.rejects(people.disable({ user: 'ada' }), code('last_administrator'));
    await assert.rejects(people.remove({ user: 'ada' }), code('last_administrator'));
    const { account, passkeys } = await people.show({ user: 'ada' });
    assert.deepEqual([account.status, passkeys.length], ['active', 1]);
    await people.disable({ user: 'bob' });
  });

  it('stays, too, where the passkeys of all others are of a model that was found broken', async () => {
    await using installation = await openAdministration();
    await administrator(installation, 'ada');
    await administrator(installation, 'bob', { modelAlert: ['REVOKED'], modelAction: 'block' });
    const { people } = installation.machine;
    await assert.rejects(people.disable({ user: 'ada' }), code('last_administrator'));
    await people.disable({ user: 'bob' });
  });

  it('stays when two disable each other at the same moment', async () => {
    await using installation = await openAdministration();
    await administrator(installation, 'ada');
    await administrator(installation, 'bob');
    const { people } = installation.machine;
    const results = await Promise.allSettled([
      people.disable({ user: 'ada' }),
      people.disable({ user: 'bob' }),
    ]);
    assert.ok(results.some(({ status }) => status === 'rejected'));
    const active = (await people.list({ limit: 10 })).items.filter(({ status }) => status === 'active');
    assert.ok(active.length >= 1);
  });
});

describe('removing a person', () => {
  it('takes passkeys, account and everything issued with it', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    const { account } = await machine.people.invite({ userName: 'ada', name: 'Ada' });
    const { id } = await givePasskey(storage, account);
    await storage.artifacts.upsert({ id: '1', model: 'Grant', payload: 'sealed', accountId: account.sub });
    assert.deepEqual(await machine.people.remove({ user: 'ada' }), { removed: true, ended: 1 });
    assert.equal(await storage.passkeys.findById(id), undefined);
    assert.equal(await storage.accounts.findById(account.id), undefined);
    await assert.rejects(machine.people.remove({ user: 'ada' }), code('not_found'));
  });
});

async function administrator(
  { machine, storage }: Installation,
  userName: string,
  passkey: Parameters<typeof givePasskey>[2] = {},
): Promise<void> {
  const { account } = await machine.people.invite({ userName, name: userName, role: 'administrator' });
  await givePasskey(storage, account, passkey);
}
