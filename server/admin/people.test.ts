import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseProfile } from '../accounts/profile.ts';
import { newAccount } from '../enrolment/add-account.ts';
import type { ErrorCode } from '../errors.ts';
import { givePasskey, openAdministration } from '../testing/administration.ts';
import { linkId } from './links.ts';

const hour = 60 * 60 * 1000;
const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? '';

describe('inviting a person', () => {
  it('makes an account and a link of 72 hours whose token is stored nowhere', async () => {
    await using installation = await openAdministration();
    const { machine, storage, hash, clock } = installation;
    const { account, link = assert.fail() } = await machine.people.invite({
      userName: 'ada',
      name: 'Ada Lovelace',
    });
    assert.match(link.url, /^http:\/\/localhost:3000\/invitation\?token=[\w-]{43}$/);
    assert.equal(link.expiresAt, clock.now + 72 * hour);
    const stored = await storage.invitations.find(linkId(hash, tokenOf(link.url)), clock.now);
    assert.deepEqual(
      [stored?.purpose, stored?.accountId, stored?.createdBy],
      ['invitation', account.id, undefined],
    );
    assert.ok(!JSON.stringify(stored).includes(tokenOf(link.url)));
    assert.equal((await storage.accounts.findByUserNameKey('ada'))?.role, 'person');
    assert.deepEqual((await installation.eventTypes()).toSorted(), ['account.created', 'link.created']);
  });

  it('gives a token that lets exactly that user handle register', async () => {
    await using installation = await openAdministration();
    const { machine, manager } = installation;
    const { account, link = assert.fail() } = await machine.people.invite({ userName: 'ada', name: 'Ada' });
    const begun = await manager.as('provider').beginRegistration({
      interaction: 'invitation',
      browser: 'browser',
      authorization: { ticket: tokenOf(link.url) },
      user: { name: 'ada', displayName: 'Ada' },
    });
    assert.equal(begun.options.user.id, account.userHandles[0]);
  });

  it('is refused for a user name that is taken, in any case, and changes nothing', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await machine.people.invite({ userName: 'ada', name: 'Ada' });
    await assert.rejects(machine.people.invite({ userName: 'ADA', name: 'Other' }), code('user_name_taken'));
    await assert.rejects(machine.people.invite({ userName: 'a b', name: 'Other' }), code('field_invalid'));
    assert.equal((await storage.accounts.list({ limit: 10 })).items.length, 1);
  });
});

describe('inviting a person with attributes', () => {
  it('keeps them with the account from the beginning', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await machine.attributes.add({ id: 'floor', label: 'Floor', type: 'number' });
    await machine.people.invite({ userName: 'ada', attributes: { floor: 3 } });
    assert.deepEqual((await storage.accounts.findByUserNameKey('ada'))?.attributes, { floor: 3 });
  });

  it('makes no account where one of them is not defined', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    const room = machine.people.invite({ userName: 'ada', attributes: { room: 'B 12' } });
    await assert.rejects(room, code('field_invalid'));
    assert.equal(await storage.accounts.findByUserNameKey('ada'), undefined);
  });
});

describe('inviting a person into groups', () => {
  it('has them in each of them once, from the beginning, and writes down which', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    const { id } = await machine.groups.add({ name: 'Editors' });
    const { account } = await machine.people.invite({ userName: 'ada', groups: ['editors', id] });
    assert.deepEqual([account.groups, account.revision], [[id], 1]);
    assert.deepEqual((await storage.accounts.listByGroup(id, { limit: 9 })).items, [
      await storage.accounts.findById(account.id),
    ]);
    const created = (await installation.events()).find(({ type }) => type === 'account.created');
    assert.deepEqual(created?.details?.groups, [id]);
  });

  it('makes no account where one of them is not there', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await assert.rejects(machine.people.invite({ userName: 'ada', groups: ['writers'] }), code('not_found'));
    assert.equal(await storage.accounts.findByUserNameKey('ada'), undefined);
  });
});

describe('where sign-up is closed', () => {
  const profile = parseProfile({ userName: 'ada', name: 'Ada' });
  const ada = newAccount({ profile, userHandle: 'handle', role: 'person', now: 0 });

  it('nobody is invited, neither for the first time nor again, and nothing changes', async () => {
    await using installation = await openAdministration({ signUp: 'closed' });
    const { machine, storage } = installation;
    await storage.accounts.insert(ada);
    await assert.rejects(machine.people.invite({ userName: 'bob', name: 'Bob' }), code('sign_up_closed'));
    await assert.rejects(machine.people.recover({ user: 'ada' }), code('sign_up_closed'));
    assert.equal((await storage.accounts.list({ limit: 10 })).items.length, 1);
    assert.deepEqual(await installation.eventTypes(), []);
  });

  it('setup and recovery links are made as ever', async () => {
    await using installation = await openAdministration({ signUp: 'closed' });
    const { machine, storage } = installation;
    assert.match((await machine.people.setupLink({})).link.url, /\/setup\?token=/);
    await storage.accounts.insert(ada);
    await givePasskey(storage, ada);
    const { link = assert.fail() } = await machine.people.recover({ user: 'ada' });
    assert.match(link.url, /\/recovery\?token=/);
  });
});

describe('recovering a person', () => {
  it('makes a link of 24 hours and voids the ones before', async () => {
    await using installation = await openAdministration();
    const { machine, storage, hash, clock } = installation;
    const { account } = await machine.people.invite({ userName: 'ada', name: 'Ada' });
    await givePasskey(storage, account);
    const { link: first = assert.fail() } = await machine.people.recover({ user: 'ada' });
    const { link: second = assert.fail() } = await machine.people.recover({ user: account.id });
    assert.match(second.url, /\/recovery\?token=/);
    assert.equal(second.expiresAt, clock.now + 24 * hour);
    assert.equal(await storage.invitations.find(linkId(hash, tokenOf(first.url)), clock.now), undefined);
    assert.ok(await storage.invitations.find(linkId(hash, tokenOf(second.url)), clock.now));
  });

  it('invites again who never had a passkey', async () => {
    await using installation = await openAdministration();
    await installation.machine.people.invite({ userName: 'ada', name: 'Ada' });
    const { link = assert.fail() } = await installation.machine.people.recover({ user: 'Ada' });
    assert.match(link.url, /\/invitation\?token=/);
  });

  it('is refused for nobody and for who is disabled', async () => {
    await using installation = await openAdministration();
    const { people } = installation.machine;
    await people.invite({ userName: 'ada', name: 'Ada' });
    await people.disable({ user: 'ada' });
    await assert.rejects(people.recover({ user: 'ada' }), code('account_disabled'));
    await assert.rejects(people.recover({ user: 'bob' }), code('not_found'));
    await assert.rejects(people.recover({ user: '\u202e' }), code('not_found'));
  });

  it('ends with confirming the new passkey, which must be theirs', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    const ada = await machine.people.invite({ userName: 'ada', name: 'Ada' });
    const bob = await machine.people.invite({ userName: 'bob', name: 'Bob' });
    const { id: passkeyId } = await givePasskey(storage, ada.account, { assurance: 'unconfirmed' });
    await assert.rejects(
      machine.people.confirmPasskey({ user: 'bob', passkeyId }),
      code('passkey_not_found'),
    );
    const { passkey } = await machine.people.confirmPasskey({ user: 'ada', passkeyId });
    assert.equal(passkey.assurance, 'confirmed');
    assert.deepEqual((await machine.people.show({ user: 'ada' })).passkeys, [passkey]);
    assert.deepEqual((await machine.people.show({ user: bob.account.id })).passkeys, []);
  });
});

describe('a setup link', () => {
  it('lives an hour, and several stand side by side', async () => {
    await using installation = await openAdministration();
    const { machine, storage, hash, clock } = installation;
    const links = [await machine.people.setupLink({}), await machine.people.setupLink({})];
    for (const { link } of links) {
      const id = linkId(hash, tokenOf(link.url));
      assert.match(link.url, /\/setup\?token=/);
      assert.ok(await storage.invitations.find(id, clock.now + hour - 1));
      assert.equal(await storage.invitations.find(id, clock.now + hour), undefined);
    }
  });

  it('is refused where there is an administrator, unless it is for them', async () => {
    await using installation = await openAdministration();
    const { people } = installation.machine;
    await people.invite({ userName: 'ada', name: 'Ada', role: 'administrator' });
    await people.invite({ userName: 'bob', name: 'Bob' });
    await assert.rejects(people.setupLink({}), code('conflict'));
    await assert.rejects(people.setupLinkFor({ user: 'bob' }), code('forbidden'));
    const { link, account } = await people.setupLinkFor({ user: 'ada' });
    const begun = await installation.manager.as('provider').beginRegistration({
      interaction: 'setup',
      browser: 'browser',
      authorization: { ticket: tokenOf(link.url) },
      user: { name: 'ada', displayName: 'Ada' },
    });
    assert.equal(begun.options.user.id, account.userHandles[0]);
  });

  it('for an administrator is made on the machine alone', async () => {
    await using installation = await openAdministration();
    const { account } = await installation.machine.people.invite({
      userName: 'ada',
      name: 'Ada',
      role: 'administrator',
    });
    const { people } = installation.as({ kind: 'account', account });
    await assert.rejects(people.setupLinkFor({ user: 'ada' }), code('forbidden'));
  });
});

describe('whoever is no active administrator', () => {
  it('gets no operation at all', async () => {
    await using installation = await openAdministration();
    for (const wrong of [{ role: 'person' }, { status: 'disabled' }] as const) {
      const account = { id: 'a', role: 'administrator', status: 'active', ...wrong } as const;
      assert.throws(() => installation.as({ kind: 'account', account }), code('forbidden'));
    }
  });
});

describe('what is written down of a change', () => {
  it('I4 holds no name and no address in the clear, before or after', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await machine.people.invite({ userName: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' });
    await machine.people.update({ user: 'ada', emailVerified: true });
    await machine.people.update({
      user: 'ada',
      name: 'Ada King',
      userName: 'countess',
      email: 'new@example.com',
    });
    await machine.people.update({ user: 'countess', email: null, locale: 'de', role: 'support' });
    await installation.eventTypes();
    const events = await storage.auditEvents.list({ limit: 100 });
    const changed = events.filter(({ type, outcome }) => type === 'account.changed' && outcome === 'done');
    assert.equal(changed.length, 3);
    assert.deepEqual(changed[0]?.after?.role, 'support');
    for (const told of ['Ada', 'Lovelace', 'King', 'countess', 'ada@example.com', 'new@example.com', '"ada"'])
      assert.ok(!JSON.stringify(events).includes(told), told);
  });
});
