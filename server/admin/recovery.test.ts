import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Role } from '../accounts/account.ts';
import type { ErrorCode } from '../errors.ts';
import type { Account } from '../storage.ts';
import { givePasskey, openAdministration } from '../testing/administration.ts';

const hour = 60 * 60 * 1000;
const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });

/** An installation with a person of each name, all of whom have come in. */
async function openOffice(roles: Record<string, Role>, options: { sendsMail?: boolean } = {}) {
  const office = await openAdministration(options);
  const { storage, machine } = office;
  for (const [userName, role] of Object.entries({ grace: 'person', ...roles } as const)) {
    const { account } = await machine.people.invite({
      userName,
      role,
      email: `${userName}@example.com`,
      send: false,
    });
    await givePasskey(storage, account);
  }
  office.letters.length = 0;
  const account = async (name: string): Promise<Account> =>
    (await storage.accounts.findByUserNameKey(name)) ?? assert.fail();
  const at = async (name: string) => office.as({ kind: 'account', account: await account(name) });
  const verify = async (name: string) => {
    await machine.people.update({ user: name, emailVerified: true });
  };
  return { ...office, account, by: at, verify };
}

const two = { ada: 'administrator', bob: 'administrator' } as const;

describe('a recovery by mail', () => {
  it('goes to the verified address, and whoever asked never sees the link', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    await office.verify('grace');
    const answer = await (await office.by('ada')).people.recover({ user: 'grace' });
    assert.deepEqual([answer.sent, answer.link, answer.approval], [true, undefined, undefined]);
    assert.ok(!JSON.stringify(answer).includes('token='));
    const [letter] = office.letters;
    assert.deepEqual(
      [office.letters.length, letter?.kind, letter?.to],
      [1, 'recoveryLink', 'grace@example.com'],
    );
    assert.ok(answer.account.recoveryBegunAt);
    assert.ok((await office.eventTypes()).includes('link.mailed'));
  });

  it('is never sent to an address that is not verified', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    const answer = await (await office.by('ada')).people.recover({ user: 'grace' });
    assert.equal(answer.approval?.status, 'pending');
    assert.deepEqual(
      office.letters.map(({ kind }) => kind),
      ['recoveryBegun'],
    );
  });

  it('is all that an app may cause', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    const app = office.as({ kind: 'app', appId: 'hr', scopes: ['people:read', 'people:write'] });
    await assert.rejects(app.people.recover({ user: 'grace' }), code('forbidden'));
    await assert.rejects(app.people.recover({ user: 'grace', handOver: true }), code('forbidden'));
    await office.verify('grace');
    assert.equal((await app.people.recover({ user: 'grace' })).sent, true);
    const { approval } = await openApproval(office);
    await assert.rejects(app.approvals.approve({ id: approval.id }), code('forbidden'));
    await (await office.by('ada')).approvals.approve({ id: approval.id });
    await assert.rejects(app.approvals.handOver({ id: approval.id }), code('forbidden'));
  });

  it('tells addresses that were verified until lately, too', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    await office.verify('grace');
    await (await office.by('ada')).people.update({ user: 'grace', email: 'eve@example.com' });
    assert.deepEqual(
      office.letters.map(({ kind, to }) => [kind, to]),
      [['addressChanged', 'grace@example.com']],
    );
    await (await office.by('ada')).people.recover({ user: 'grace' });
    const told = office.letters.filter(({ kind }) => kind === 'recoveryBegun').map(({ to }) => to);
    assert.deepEqual(told.sort(), ['eve@example.com', 'grace@example.com']);
    office.letters.length = 0;
    office.clock.now += 31 * 24 * hour;
    await (await office.by('ada')).people.recover({ user: 'grace' });
    assert.deepEqual(
      office.letters.map(({ to }) => to),
      ['eve@example.com'],
    );
  });

  it('on the machine is mailed as well, unless it is asked to hand the link over', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    await office.verify('grace');
    assert.equal((await office.machine.people.recover({ user: 'grace' })).sent, true);
    assert.match(
      (await office.machine.people.recover({ user: 'grace', handOver: true })).link?.url ?? '',
      /token=/,
    );
  });
});

/** Bob asks to let grace in again, without an address that could be used. */
async function openApproval(office: Awaited<ReturnType<typeof openOffice>>, user = 'frank') {
  const { account } = await office.machine.people.invite({ userName: user, send: false });
  await givePasskey(office.storage, account);
  const { approval = assert.fail() } = await (await office.by('bob')).people.recover({ user });
  return { approval };
}

describe('a recovery that two persons allow', () => {
  it('gives who asked the link once, and who approved never', async () => {
    await using office = await openOffice(two);
    const { approval } = await openApproval(office);
    const [ada, bob] = [await office.by('ada'), await office.by('bob')];
    await assert.rejects(bob.approvals.handOver({ id: approval.id }), code('conflict'));
    await assert.rejects(bob.approvals.approve({ id: approval.id }), code('forbidden'));
    assert.equal((await ada.approvals.approve({ id: approval.id })).status, 'approved');
    await assert.rejects(ada.approvals.handOver({ id: approval.id }), code('forbidden'));
    const { link } = await bob.approvals.handOver({ id: approval.id });
    assert.match(link.url, /\/recovery\?token=/);
    assert.equal(link.expiresAt, office.clock.now + 24 * hour);
    await assert.rejects(bob.approvals.handOver({ id: approval.id }), code('conflict'));
    const types = await office.eventTypes();
    for (const type of ['recovery.requested', 'recovery.approved', 'recovery.handed_over'])
      assert.ok(types.includes(type), type);
  });

  it('F18 of many approvals and hand-overs at once, one link comes', async () => {
    await using office = await openOffice({ ...two, cyd: 'administrator', dee: 'administrator' });
    const { approval } = await openApproval(office);
    const others = await Promise.all(['ada', 'cyd', 'dee'].map((name) => office.by(name)));
    const approvals = await Promise.allSettled(
      others.map((each) => each.approvals.approve({ id: approval.id })),
    );
    assert.equal(approvals.filter(({ status }) => status === 'fulfilled').length, 1);
    const bob = await office.by('bob');
    const links = await Promise.allSettled(
      Array.from({ length: 10 }, () => bob.approvals.handOver({ id: approval.id })),
    );
    assert.equal(links.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('is not approved by the person themselves, nor by who may do less, nor by the machine', async () => {
    await using office = await openOffice({ ...two, sam: 'support', cyd: 'administrator' });
    const bob = await office.by('bob');
    const { approval = assert.fail() } = await bob.people.recover({ user: 'cyd' });
    for (const name of ['cyd', 'sam'])
      await assert.rejects(
        (await office.by(name)).approvals.approve({ id: approval.id }),
        code('forbidden'),
        name,
      );
    await assert.rejects(office.machine.approvals.approve({ id: approval.id }), code('forbidden'));
    await (await office.by('ada')).approvals.approve({ id: approval.id });
  });

  it('ends when either may no longer: disabled, of a lower role, or recovered a moment ago', async () => {
    for (const change of [
      { role: 'person' as const },
      { status: 'disabled' as const },
      { recoveredAt: Date.UTC(2026, 0, 1) },
    ])
      for (const who of ['ada', 'bob']) {
        await using office = await openOffice({ ...two, cyd: 'administrator' });
        const { approval } = await openApproval(office);
        await (await office.by('ada')).approvals.approve({ id: approval.id });
        const account = await office.account(who);
        await office.storage.accounts.update({ ...account, ...change }, account.revision);
        const handOver = async () => (await office.by('bob')).approvals.handOver({ id: approval.id });
        await assert.rejects(
          handOver(),
          { name: 'AppError', status: 403 },
          `${who} ${JSON.stringify(change)}`,
        );
      }
  });

  it('is refused by who was asked, or taken back, and ends after a day', async () => {
    await using office = await openOffice(two);
    const { approval } = await openApproval(office);
    assert.equal((await (await office.by('ada')).approvals.refuse({ id: approval.id })).status, 'refused');
    await assert.rejects((await office.by('ada')).approvals.approve({ id: approval.id }), code('conflict'));
    const next = await openApproval(office, 'fay');
    office.clock.now += 24 * hour;
    await assert.rejects(
      (await office.by('ada')).approvals.approve({ id: next.approval.id }),
      code('not_found'),
    );
    assert.deepEqual((await (await office.by('ada')).approvals.list({})).items, []);
  });

  it('asks once for the same, and says where nobody else could approve', async () => {
    await using office = await openOffice({ ada: 'administrator' });
    const ada = await office.by('ada');
    await assert.rejects(ada.people.recover({ user: 'grace' }), code('second_person_needed'));
    assert.match((await office.machine.people.recover({ user: 'grace' })).link?.url ?? '', /token=/);
    await office.machine.people.invite({ userName: 'sam', role: 'support' });
    const [one, other] = [
      await ada.people.recover({ user: 'grace' }),
      await ada.people.recover({ user: 'grace' }),
    ];
    assert.equal(one.approval?.id, other.approval?.id);
  });
});

describe('the first hour after a recovery', () => {
  it('has no role, neither at the console nor with a token, and the hour is not cut short', async () => {
    await using office = await openOffice(two);
    const account = { ...(await office.account('ada')), recoveredAt: office.clock.now };
    for (const scopes of [undefined, ['people:read']])
      assert.throws(
        () => office.as({ kind: 'account', account, ...(scopes && { scopes }) }),
        code('recovered_lately'),
      );
    office.clock.now += hour - 1;
    assert.throws(() => office.as({ kind: 'account', account }), code('recovered_lately'));
    office.clock.now += 1;
    await office.as({ kind: 'account', account }).people.list({});
  });
});

describe('an invitation', () => {
  it('that is mailed is shown to nobody; one to hand over is not mailed', async () => {
    await using office = await openOffice(two, { sendsMail: true });
    const ada = await office.by('ada');
    const mailed = await ada.people.invite({ userName: 'ida', email: 'ida@example.com' });
    assert.deepEqual([mailed.sent, mailed.link], [true, undefined]);
    assert.equal(office.letters[0]?.to, 'ida@example.com');
    const shown = await ada.people.invite({ userName: 'jon', email: 'jon@example.com', send: false });
    assert.match(shown.link?.url ?? '', /invitation/);
    assert.match((await ada.people.invite({ userName: 'kim' })).link?.url ?? '', /invitation/);
    assert.equal(office.letters.length, 1);
    assert.equal((await ada.people.resendInvitation({ user: 'ida' })).sent, true);
    await assert.rejects(ada.people.resendInvitation({ user: 'grace' }), code('conflict'));
  });

  it('is not made again for who came in once, though all their passkeys are gone', async () => {
    await using office = await openOffice(two);
    const grace = await office.account('grace');
    await office.storage.accounts.recordSignIn(grace.id, office.clock.now);
    for (const { id } of await office.storage.passkeys.listByUserHandle(grace.userHandles[0] ?? ''))
      await office.storage.passkeys.remove(id);
    const ada = await office.by('ada');
    assert.equal((await ada.people.recover({ user: 'grace' })).approval?.status, 'pending');
    await assert.rejects(ada.people.resendInvitation({ user: 'grace' }), code('conflict'));
  });
});

describe('a person’s export', () => {
  it('has everything that is held, no secret, and nothing that the caller may not read', async () => {
    await using office = await openOffice({ ...two, sam: 'support' });
    const grace = await office.account('grace');
    await office.machine.groups.add({ name: 'Editors' });
    await office.machine.groups.addMember({ group: 'Editors', user: 'grace' });
    const all = await (await office.by('ada')).people.export({ user: 'grace' });
    assert.equal(all.account.id, grace.id);
    assert.deepEqual(
      all.groups.map(({ name }) => name),
      ['Editors'],
    );
    assert.equal(all.passkeys.length, 1);
    assert.ok(all.events?.some(({ type }) => type === 'account.created'));
    assert.doesNotMatch(JSON.stringify(all), /publicKey|attestationObject|"mac"|"receipt"|sealed/);
    const less = await (await office.by('sam')).people.export({ user: 'grace' });
    assert.equal(less.events, undefined);
    assert.ok(less.signIns);
    await assert.rejects((await office.by('sam')).people.export({ user: 'ada' }), code('forbidden'));
    const removed = await (await office.by('ada')).people.remove({ user: 'grace', export: true });
    assert.equal(removed.export?.account.id, grace.id);
    assert.equal(await office.storage.accounts.findById(grace.id), undefined);
  });
});
