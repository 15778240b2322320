/** As an attacking support person, and as an attacking machine client. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Role } from '../accounts/account.ts';
import type { ErrorCode } from '../errors.ts';
import type { Account } from '../storage.ts';
import { givePasskey, openAdministration } from '../testing/administration.ts';
import { linkId } from './links.ts';

const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });
type Office = Awaited<ReturnType<typeof openOffice>>;
type Attack = (attacker: ReturnType<Office['as']>, office: Office) => Promise<unknown>;

/** A support person, an administrator, one who administers the wiki, a person; an app with many scopes. */
async function openOffice() {
  const office = await openAdministration({ sendsMail: true });
  const { storage, machine } = office;
  const people = { sam: 'support', ada: 'administrator', wim: 'person', grace: 'person' } as const;
  for (const [userName, role] of Object.entries(people)) {
    const { account } = await machine.people.invite({ userName, role, send: false });
    await givePasskey(storage, account, { id: `key of ${userName}` });
  }
  await machine.apps.add({
    id: 'wiki',
    name: 'Wiki',
    kind: 'web',
    redirectUris: ['https://wiki.example.com/'],
  });
  await machine.apps.add({
    id: 'blog',
    name: 'Blog',
    kind: 'web',
    redirectUris: ['https://blog.example.com/'],
  });
  await machine.apps.add({
    id: 'all',
    name: 'All',
    kind: 'machine',
    apiScopes: ['people:write', 'apps:write'],
  });
  await machine.people.update({ user: 'wim', administers: ['wiki'] });
  await machine.groups.add({ name: 'Finance' });
  const account = async (name: string): Promise<Account> =>
    (await storage.accounts.findByUserNameKey(name)) ?? assert.fail();
  const stored = async () =>
    JSON.stringify([await storage.accounts.list({ limit: 99 }), await storage.apps.list({ limit: 99 })]);
  return {
    ...office,
    account,
    stored,
    by: async (name: string) => office.as({ kind: 'account', account: await account(name) }),
    app: (...scopes: string[]) => office.as({ kind: 'app', appId: 'hr', scopes }),
  };
}

const onAdministrator: Record<string, Attack> = {
  'recovers them': (by) => by.people.recover({ user: 'ada' }),
  'recovers them with the link in hand': (by) => by.people.recover({ user: 'ada', handOver: true }),
  'changes their address': (by) => by.people.update({ user: 'ada', email: 'eve@example.com' }),
  'lowers their role': (by) => by.people.update({ user: 'ada', role: 'person' }),
  'renames them': (by) => by.people.update({ user: 'ada', userName: 'adax' }),
  'disables them': (by) => by.people.disable({ user: 'ada' }),
  'removes them': (by) => by.people.remove({ user: 'ada' }),
  'exports them': (by) => by.people.export({ user: 'ada' }),
  'ends their sessions': (by) => by.sessions.endAll({ user: 'ada' }),
  'suspends their passkey': (by) => by.people.suspendPasskey({ user: 'ada', passkeyId: 'key of ada' }),
  'confirms their passkey': (by) => by.people.confirmPasskey({ user: 'ada', passkeyId: 'key of ada' }),
  'acts on who administers an app': (by) => by.people.disable({ user: 'wim' }),
  'recovers who administers an app': (by) => by.people.recover({ user: 'wim' }),
  'changes the address of who administers an app': (by) =>
    by.people.update({ user: 'wim', email: 'eve@example.com' }),
  'gets a setup link for them': (by) => by.people.setupLinkFor({ user: 'ada' }),
  'gets a setup link': (by) => by.people.setupLink({}),
};

const upwards: Record<string, Attack> = {
  'invites an administrator': (by) => by.people.invite({ userName: 'eve', role: 'administrator' }),
  'makes an account of an administrator': (by) => by.people.add({ userName: 'eve', role: 'administrator' }),
  'invites another one, who would be the second person that allows a recovery': (by) =>
    by.people.invite({ userName: 'eve', role: 'support', send: false }),
  'makes somebody else one of their own': (by) => by.people.update({ user: 'grace', role: 'support' }),
  'invites an auditor, who reads more': (by) => by.people.invite({ userName: 'eve', role: 'auditor' }),
  'makes somebody else an administrator': (by) => by.people.update({ user: 'grace', role: 'administrator' }),
  'lets somebody else administer an app': (by) => by.people.update({ user: 'grace', administers: ['wiki'] }),
  'says that an address is verified': (by) =>
    by.people.update({ user: 'grace', email: 'eve@example.com', emailVerified: true }),
  'gives somebody an attribute that apps go by': (by) =>
    by.people.update({ user: 'grace', attributes: { department: 'finance' } }),
  'invites somebody with such an attribute': (by) =>
    by.people.invite({ userName: 'eve', attributes: { department: 'finance' }, send: false }),
  'invites somebody into a group': (by) =>
    by.people.invite({ userName: 'eve', groups: ['finance'], send: false }),
  'puts somebody into a group': (by) => by.groups.addMember({ group: 'Finance', user: 'grace' }),
  'registers an app with scopes': (by) =>
    by.apps.add({ name: 'Eve', kind: 'machine', apiScopes: ['apps:write'] }),
};

async function assertRefused(
  attacks: Record<string, Attack>,
  attacker: (office: Office) => Promise<ReturnType<Office['as']>>,
) {
  await using office = await openOffice();
  const before = await office.stored();
  for (const [what, attack] of Object.entries(attacks)) {
    await assert.rejects(attack(await attacker(office), office), code('forbidden'), what);
    assert.equal(await office.stored(), before, `${what} changed something`);
  }
  assert.equal(office.letters.length, 0);
}

describe('an attacking support person', () => {
  const sam = (office: Office) => office.by('sam');

  it('does nothing to an administrator, nor to who administers an app', () =>
    assertRefused(onAdministrator, sam));
  it('gives nobody more than they have', () => assertRefused(upwards, sam));
  it('does not raise themselves, nor confirm or recover themselves', () =>
    assertRefused(
      {
        role: (by) => by.people.update({ user: 'sam', role: 'administrator' }),
        'lower and up again': (by) => by.people.update({ user: 'sam', role: 'person' }),
        apps: (by) => by.people.update({ user: 'sam', administers: ['wiki'] }),
        attributes: (by) => by.people.update({ user: 'sam', attributes: { department: 'finance' } }),
        address: (by) => by.people.update({ user: 'sam', emailVerified: true }),
        group: (by) => by.groups.addMember({ group: 'Finance', user: 'sam' }),
        passkey: (by) => by.people.confirmPasskey({ user: 'sam', passkeyId: 'key of sam' }),
        recovery: (by) => by.people.recover({ user: 'sam' }),
      },
      sam,
    ));
  it('reaches no app', () =>
    assertRefused(
      {
        list: (by) => by.apps.list({}),
        secret: (by) => by.apps.rotateSecret({ id: 'wiki' }),
        redirect: (by) => by.apps.update({ id: 'wiki', redirectUris: ['https://eve.example.com/'] }),
        remove: (by) => by.apps.remove({ id: 'wiki' }),
      },
      sam,
    ));
  it('does not get past the check by another address, then a recovery', async () => {
    await using office = await openOffice();
    await office.machine.people.update({ user: 'grace', email: 'grace@example.com' });
    await office.machine.people.update({ user: 'grace', emailVerified: true });
    const by = await office.by('sam');
    await by.people.update({ user: 'grace', email: 'eve@example.com' });
    const { sent, link, approval } = await by.people.recover({ user: 'grace' });
    assert.deepEqual([sent, link, approval?.status], [undefined, undefined, 'pending']);
    const told = office.letters.map(({ kind, to }) => `${kind} ${to}`);
    assert.ok(told.includes('recoveryBegun grace@example.com'), told.join());
    assert.ok(!office.letters.some((letter) => 'link' in letter));
  });
});

describe('a link that somebody kept', () => {
  it('is void once its person may do more than when it was made', async () => {
    for (const more of [{ role: 'administrator' as const }, { administers: ['wiki'] }]) {
      await using office = await openOffice();
      const { storage, hash, now } = office;
      await (await office.by('sam')).people.invite({ userName: 'nia', send: false });
      const { link } = await (await office.by('sam')).people.resendInvitation({ user: 'nia', send: false });
      const token = new URL(link?.url ?? '').searchParams.get('token') ?? '';
      const found = () => storage.invitations.find(linkId(hash, token), now());
      await (await office.by('ada')).people.update({ user: 'nia', name: 'Nia' });
      assert.ok(await found());
      await (await office.by('ada')).people.update({ user: 'nia', ...more });
      assert.equal(await found(), undefined, JSON.stringify(more));
    }
  });
});

describe('somebody in groups who never came in', () => {
  /** As an import leaves them: nobody has a passkey of theirs yet. */
  async function withNewcomer() {
    const office = await openOffice();
    await office.machine.people.invite({ userName: 'nia', email: 'nia@example.com', send: false });
    await office.machine.groups.addMember({ group: 'Finance', user: 'nia' });
    return office;
  }

  it('is not let in by who could not put them there, but by mail or by two persons', async () => {
    await using office = await withNewcomer();
    const sam = await office.by('sam');
    const hr = office.app('people:read', 'people:write');
    for (const by of [sam, hr])
      for (const send of [true, false])
        await assert.rejects(by.people.resendInvitation({ user: 'nia', send }), code('forbidden'));
    await assert.rejects(hr.people.recover({ user: 'nia' }), code('forbidden'));
    const { link, sent, approval } = await sam.people.recover({ user: 'nia' });
    assert.deepEqual([link, sent, approval?.status], [undefined, undefined, 'pending']);
    await office.machine.people.update({ user: 'nia', emailVerified: true });
    assert.equal((await hr.people.recover({ user: 'nia' })).sent, true);
    assert.equal(office.letters.at(-1)?.to, 'nia@example.com');
  });

  it('is let in by who could', async () => {
    await using office = await withNewcomer();
    const ada = await office.by('ada');
    assert.ok((await ada.people.resendInvitation({ user: 'nia', send: false })).link);
  });
});

describe('an attacking machine client', () => {
  const hr = async (office: Office) => office.app('people:read', 'people:write', 'sessions:write');

  it('with people:write does nothing to an administrator', () => assertRefused(onAdministrator, hr));
  it('with people:write gives nobody more than it has', () => assertRefused(upwards, hr));
  it('takes over no app with more scopes than it has', () =>
    assertRefused(
      {
        secret: (by) => by.apps.rotateSecret({ id: 'all' }),
        'add scopes': (by) => by.apps.update({ id: 'wiki', apiScopes: ['people:write'] }),
        'change its redirect addresses': (by) => by.apps.update({ id: 'all', name: 'x' }),
        'one of its secrets': (by) => by.apps.removeSecret({ id: 'all', secretId: 'x' }),
        remove: (by) => by.apps.remove({ id: 'all' }),
        'a new one': (by) => by.apps.add({ name: 'E', kind: 'machine', apiScopes: ['people:read'] }),
      },
      async (office) => office.app('apps:read', 'apps:write'),
    ));
  it('makes nobody the administrator of an app without the scope for apps', () =>
    assertRefused({ administers: (by) => by.people.update({ user: 'grace', administers: ['blog'] }) }, hr));
  it('has no scope that is not written down in it, whatever the token says', async () => {
    await using office = await openOffice();
    const by = office.app('people:everything', 'people:write ', '*', '__proto__');
    await assert.rejects(by.people.list({}), code('forbidden'));
  });
});

describe('the administrator of one app', () => {
  const wim = (office: Office) => office.by('wim');

  it('reaches no other app, and no person', () =>
    assertRefused(
      {
        show: (by) => by.apps.show({ id: 'blog' }),
        update: (by) => by.apps.update({ id: 'blog', redirectUris: ['https://eve.example.com/'] }),
        secret: (by) => by.apps.rotateSecret({ id: 'blog' }),
        add: (by) => by.apps.add({ name: 'Eve', kind: 'web', redirectUris: ['https://eve.example.com/'] }),
        'own app, more scopes': (by) => by.apps.update({ id: 'wiki', apiScopes: ['people:read'] }),
        'own app, people are not asked': (by) => by.apps.update({ id: 'wiki', consent: 'implicit' }),
        'own app, told an attribute': (by) => by.apps.update({ id: 'wiki', claims: ['salary'] }),
        people: (by) => by.people.list({}),
        grants: (by) => by.grants.listByApp({ app: 'blog' }),
        signIns: (by) => by.signIns.listByApp({ app: 'blog' }),
      },
      wim,
    ));
  it('gets nothing of what their own app may do beyond themselves', async () => {
    await using office = await openOffice();
    await office.machine.apps.update({ id: 'wiki', apiScopes: ['people:write'] });
    const by = await office.by('wim');
    await assert.rejects(by.apps.rotateSecret({ id: 'wiki' }), code('forbidden'));
    const redirectUris = ['https://eve.example.com/'];
    await assert.rejects(by.apps.update({ id: 'wiki', redirectUris }), code('forbidden'));
  });

  it('has an app that asks nobody told no more than it is', async () => {
    await using office = await openOffice();
    await office.machine.apps.update({
      id: 'wiki',
      consent: 'implicit',
      scopes: ['openid', 'email'],
      claims: ['desk'],
    });
    const by = await office.by('wim');
    for (const more of [{ scopes: ['openid', 'email', 'groups'] }, { claims: ['desk', 'salary'] }] as const)
      await assert.rejects(
        by.apps.update({ id: 'wiki', ...structuredClone(more) } as never),
        code('forbidden'),
      );
    await by.apps.update({ id: 'wiki', name: 'Our wiki', scopes: ['openid'], claims: null });
    await by.apps.update({ id: 'wiki', consent: 'explicit', scopes: ['openid', 'groups'] });
  });

  it('lets their own app impersonate nobody, and exchange no more tokens than it may', async () => {
    await using office = await openOffice();
    const tokenExchange = { apps: ['blog'] };
    await office.machine.apps.update({ id: 'wiki', tokenExchange });
    const by = await office.by('wim');
    for (const more of [{ impersonates: ['blog'] }, { apps: ['blog', 'shop'] }])
      await assert.rejects(
        by.apps.update({ id: 'wiki', tokenExchange: { ...tokenExchange, ...more } }),
        code('forbidden'),
      );
    await office.machine.apps.update({
      id: 'wiki',
      tokenExchange: { ...tokenExchange, impersonates: ['blog'] },
    });
    assert.deepEqual((await by.apps.update({ id: 'wiki', tokenExchange })).tokenExchange, tokenExchange);
  });

  it('an app with apps:write alone lets no app impersonate, itself or another; with system:write it does', async () => {
    await using office = await openOffice();
    await office.machine.apps.update({ id: 'wiki', tokenExchange: { apps: ['blog'] } });
    const tokenExchange = { apps: ['blog'], impersonates: ['blog'] };
    const desk = { name: 'Desk', kind: 'web' as const, redirectUris: ['https://desk.example.com/'] };
    const by = office.app('apps:write');
    const before = await office.stored();
    const refused = { ...code('forbidden'), field: 'tokenExchange.impersonates' };
    await assert.rejects(by.apps.update({ id: 'wiki', tokenExchange }), refused);
    await assert.rejects(by.apps.add({ ...desk, tokenExchange }), refused);
    assert.equal(await office.stored(), before);
    const above = office.app('apps:write', 'system:write');
    await above.apps.update({ id: 'wiki', tokenExchange });
    await by.apps.update({ id: 'wiki', name: 'Our wiki', tokenExchange });
    const { app } = await above.apps.add({ ...desk, tokenExchange });
    assert.deepEqual(app.tokenExchange, tokenExchange);
  });

  it('changes nothing by a token that only reads apps', () =>
    assertRefused(
      {
        update: (by) => by.apps.update({ id: 'wiki', redirectUris: ['https://eve.example.com/'] }),
        secret: (by) => by.apps.rotateSecret({ id: 'wiki' }),
        'end what it has': (by) => by.grants.endByApp({ app: 'wiki' }),
      },
      async (office) => {
        const reading = {
          kind: 'account',
          account: await office.account('wim'),
          scopes: ['apps:read'],
        } as const;
        assert.equal((await office.as(reading).apps.show({ id: 'wiki' })).id, 'wiki');
        return office.as(reading);
      },
    ));

  it('sees theirs alone in the list', async () => {
    await using office = await openOffice();
    const { items } = await (await office.by('wim')).apps.list({});
    assert.deepEqual(
      items.map(({ id }) => id),
      ['wiki'],
    );
  });
});

describe('the last administrator', () => {
  it('F18 is not lost by several who remove, disable or lower each other at once', async () => {
    for (const how of ['disable', 'remove', 'lower'] as const) {
      await using office = await openOffice();
      for (const userName of ['bob', 'cyd']) {
        const { account } = await office.machine.people.invite({ userName, role: 'administrator' });
        await givePasskey(office.storage, account);
      }
      const names = ['ada', 'bob', 'cyd'];
      const callers = await Promise.all(names.map((name) => office.by(name)));
      await Promise.allSettled(
        callers.map((by, i) => {
          const user = names[(i + 1) % 3] ?? '';
          return how === 'lower' ? by.people.update({ user, role: 'person' }) : by.people[how]({ user });
        }),
      );
      const left = await office.storage.accounts.listByRole('administrator' satisfies Role);
      assert.ok(
        left.some(({ status }) => status === 'active'),
        how,
      );
    }
  });
});

describe('what is taken away', () => {
  it('is gone with the next request: disabled, or of a lower role', async () => {
    await using office = await openOffice();
    await office.machine.people.update({ user: 'sam', role: 'auditor' });
    await assert.rejects((await office.by('sam')).people.disable({ user: 'grace' }), code('forbidden'));
    await office.machine.people.disable({ user: 'sam' });
    await assert.rejects(async () => (await office.by('sam')).people.list({}), code('forbidden'));
  });
});
