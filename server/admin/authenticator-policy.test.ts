import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppError, ErrorCode } from '../errors.ts';
import type { Account, Passkey } from '../storage.ts';
import { givePasskey, openAdministration } from '../testing/administration.ts';
import { models } from '../testing/authenticator-rules.ts';
import type { PersonFacts } from './shapes.ts';

const attested: Partial<Passkey> = {
  aaguid: models.key,
  backupEligible: false,
  attestation: { format: 'packed', result: 'model', vendor: 'Yubico AB' },
};
const synced: Partial<Passkey> = { aaguid: models.phone, backupEligible: true };
const code = (expected: ErrorCode) => (error: AppError) => error.code === expected;

/** Two administrators, one with a key; four people, two of them in a group. */
async function openOffice() {
  const office = await openAdministration();
  const { machine, storage } = office;
  const add = async (userName: string, role: Account['role'], ...passkeys: Partial<Passkey>[]) => {
    const { account } = await machine.people.invite({ userName, name: userName, role });
    for (const passkey of passkeys) await givePasskey(storage, account, passkey);
    return account;
  };
  await add('ada', 'administrator', attested, synced);
  await add('bob', 'administrator', synced);
  await add('carol', 'person', attested);
  await add('dan', 'person', synced);
  await add('eve', 'person', synced, synced);
  await add('nobody', 'person');
  await machine.groups.add({ name: 'Engineering' });
  for (const user of ['carol', 'dan']) await machine.groups.addMember({ group: 'engineering', user });
  await machine.apps.add({
    id: 'wiki',
    name: 'Wiki',
    kind: 'browser',
    redirectUris: ['https://wiki.example.com/'],
  });
  return office;
}

describe('the policy for authenticators', () => {
  it('is checked for few at a time: everybody is looked at for each', async () => {
    await using office = await openOffice();
    const auditor = office.as({ kind: 'app', appId: 'watch', scopes: ['policies:read'] });
    const check = () => auditor.policy.check({ policy: { installation: { leastPasskeys: 2 } } });
    const results = await Promise.allSettled(Array.from({ length: 20 }, check));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(refused.length, 18);
    assert.ok(refused.every(code('too_many_requests')));
    assert.equal((await check()).people, 5);
  });

  it('says who would be turned away, by app and group, and saves nothing', async () => {
    await using office = await openOffice();
    const looked: number[] = [];
    const policy = {
      installation: { leastPasskeys: 2 },
      groups: { engineering: { attestationVerified: true } },
      apps: { wiki: { deviceBound: true } },
    };
    const onProgress = (people: number) => looked.push(people);
    const checked = await office.machine.policy.check({ policy }, { onProgress });
    const { groups, apps, examples, ...told } = checked;
    assert.deepEqual(told, {
      people: 5,
      turnedAway: 3,
      newlyTurnedAway: 3,
      installation: { people: 5, turnedAway: 0 },
      fewPasskeys: 3,
      administrators: { people: 2, able: 2 },
    });
    assert.deepEqual(
      [...groups, ...apps].map(({ name, people, turnedAway }) => [name, people, turnedAway]),
      [
        ['Engineering', 2, 1],
        ['Wiki', 5, 3],
      ],
    );
    assert.deepEqual(
      examples.map(({ userName, by }) => [userName, by]),
      [
        ['bob', ['the app Wiki']],
        ['dan', ['the group Engineering', 'the app Wiki']],
        ['eve', ['the app Wiki']],
      ],
    );
    assert.equal(looked.at(-1), 6);
    assert.deepEqual(await office.machine.policy.show({}), {
      installation: {},
      groups: {},
      apps: {},
      models: {},
    });
    assert.equal((await office.eventTypes()).includes('policy.changed'), false);
  });

  it('is saved part by part, each change with an event; what a part does not name has no rule any more', async () => {
    await using office = await openOffice();
    const { policy } = office.machine;
    const rule = { vendors: ['Yubico AB'], effectiveFrom: '2030-01-31', olderPasskeys: 'accept' };
    const first = await policy.apply({
      policy: {
        installation: { deniedModels: [models.key.toUpperCase().replace('2FC', '3FC')] },
        groups: { Engineering: rule },
        apps: { wiki: { attestation: 'direct' } },
      },
    });
    assert.deepEqual(first.changed, ['installation', 'group Engineering', 'app wiki']);
    const shown = await policy.show({});
    assert.deepEqual(shown.groups, {
      Engineering: { ...rule, effectiveFrom: '2030-01-31T00:00:00.000Z' },
    });
    assert.deepEqual(shown.apps, { wiki: { attestation: 'direct' } });
    const { models: _, ...file } = shown;
    assert.deepEqual((await policy.apply({ policy: file })).changed, [], 'what is shown can be applied');
    assert.deepEqual((await policy.apply({ policy: { groups: {} } })).changed, ['group Engineering']);
    assert.deepEqual((await policy.show({})).apps, { wiki: { attestation: 'direct' } });
    const events = (await office.eventTypes()).filter((type) => type === 'policy.changed');
    assert.equal(events.length, 3);
  });

  it('wants to hear that it is meant where it newly turns many away', async () => {
    await using office = await openOffice();
    const { policy } = office.machine;
    const strict = { installation: { deviceBound: true } };
    await assert.rejects(policy.apply({ policy: strict }), (error: AppError) => {
      assert.match(error.detail ?? '', /newly turn away 3 of 5 people/);
      return error.code === 'conflict';
    });
    assert.deepEqual((await policy.apply({ policy: strict, meant: true })).changed, ['installation']);
    const again = await policy.apply({ policy: { ...strict, apps: { wiki: { attestation: 'direct' } } } });
    assert.deepEqual([again.checked.turnedAway, again.checked.newlyTurnedAway], [3, 0]);
  });

  it('refuses what leaves no administrator able to sign in, whichever rule it is', async () => {
    await using office = await openOffice();
    const { machine } = office;
    const refused = (policy: Record<string, unknown>) =>
      assert.rejects(machine.policy.apply({ policy, meant: true }), code('no_administrator_left'));
    await refused({ installation: { deniedModels: [models.key, models.phone] } });
    const later = { keyProtection: ['tee'], effectiveFrom: '2031-01-01', olderPasskeys: 'refuse' };
    await refused({ installation: later });
    for (const user of ['ada', 'bob']) await machine.groups.addMember({ group: 'Engineering', user });
    await refused({ groups: { Engineering: { keyProtection: ['tee'] } } });
    await machine.people.disable({ user: 'ada' });
    await refused({ groups: { Engineering: { deviceBound: true } } });
    await machine.policy.apply({ policy: { apps: { wiki: { keyProtection: ['tee'] } } }, meant: true });
  });

  it('names what is wrong with a file, and changes nothing', async () => {
    await using office = await openOffice();
    const { policy } = office.machine;
    const refused = (
      file: Record<string, unknown>,
      expected: [ErrorCode, string | undefined],
      detail: RegExp,
    ) =>
      assert.rejects(policy.apply({ policy: file, meant: true }), (error: AppError) => {
        assert.deepEqual([error.code, error.field], expected);
        assert.match(error.detail ?? '', detail);
        return true;
      });
    await refused({ group: {} }, ['field_invalid', 'group'], /^group is not known$/);
    await refused(
      { groups: { Engineering: { vendor: 'x' } } },
      ['field_invalid', 'groups.Engineering.vendor'],
      /not known/,
    );
    await refused(
      { installation: { effectiveFrom: 'tomorrow' } },
      ['field_invalid', 'installation.effectiveFrom'],
      /must be a date such as/,
    );
    await refused({ groups: { Sales: {} } }, ['not_found', 'group'], /no group "Sales"/);
    await refused(
      { apps: { 'latchkey-account': {} } },
      ['not_found', 'apps.latchkey-account'],
      /could have a rule/,
    );
    await refused(
      { installation: { vendors: ['A'] }, apps: { wiki: { vendors: ['B'] } } },
      ['rules_contradict', undefined],
      /^the rules of the app Wiki and the installation have no vendors in common$/,
    );
    assert.deepEqual((await policy.show({})).installation, {});
  });

  it('counts hundreds of people, page by page, by what is known of their passkeys now', async () => {
    await using office = await openAdministration();
    const { storage, machine } = office;
    for (let i = 0; i < 450; i += 1) {
      const account = await newPerson(machine, i);
      await givePasskey(storage, account, i % 3 === 0 ? attested : synced);
    }
    const { people, turnedAway, examples } = await machine.policy.check({
      policy: { installation: { attestationVerified: true } },
    });
    assert.deepEqual([people, turnedAway, examples.length], [450, 300, 300]);
  });
});

async function newPerson(
  { people }: Awaited<ReturnType<typeof openAdministration>>['machine'],
  i: number,
): Promise<PersonFacts> {
  const { account } = await people.invite({ userName: `person${i}`, name: `Person ${i}` });
  return account;
}
