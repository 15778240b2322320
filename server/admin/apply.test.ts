import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AppError } from '../errors.ts';
import { openAdministration } from '../testing/administration.ts';
import { isDone, planOf } from './apply.ts';
import { type Configuration, configurationOf, readConfiguration } from './configuration.ts';
import type { Administration } from './operations.ts';
import { performPlan, readCurrent, rulesToCheck } from './perform-plan.ts';

const wiki = {
  id: 'wiki',
  name: 'Wiki',
  kind: 'web',
  redirectUris: ['https://wiki.example.com/callback'],
} as const;
const phone = {
  id: 'phone',
  name: 'Phone',
  kind: 'native',
  redirectUris: ['com.example.phone:/cb'],
} as const;

async function apply(administration: Administration, input: unknown, prune = false) {
  const wanted = readConfiguration(input);
  const current = await readCurrent(administration);
  const plan = planOf({ wanted, current, prune });
  const secrets: Record<string, string> = {};
  const shares: number[] = [];
  await performPlan(administration, {
    plan,
    wanted,
    current,
    turnsAway: false,
    onSecret: (id, secret) => {
      secrets[id] = secret;
    },
    onProgress: (share) => shares.push(share),
  });
  return { plan, secrets, shares };
}

const summary = ({ plan: { groups, apps, rules } }: Awaited<ReturnType<typeof apply>>) => [
  ...[...groups, ...apps].map((step) =>
    step.action === 'change' ? `change ${step.name}: ${step.fields}` : `${step.action} ${step.name}`,
  ),
  ...rules,
];

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    const { problems = [] } = error as AppError;
    return problems.map(({ field, message }) => `${field} ${message}`);
  }
  return [];
};

describe('an installation as a file says', () => {
  it('is made, then changed, then there is nothing to do; secrets are given away once', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    const file = {
      groups: [{ name: 'Staff', description: 'All of us' }],
      apps: [{ ...wiki, allowedGroups: ['staff'], lifetimes: { accessToken: 600 } }, phone],
      policy: { installation: { attestation: 'direct' }, groups: { Staff: { leastPasskeys: 2 } } },
    };
    const first = await apply(machine, file);
    assert.deepEqual(summary(first), [
      'create Staff',
      'create wiki',
      'create phone',
      'installation',
      'group Staff',
    ]);
    assert.deepEqual(Object.keys(first.secrets), ['wiki']);
    assert.equal(first.shares.at(-1), 1);
    const again = await apply(machine, file);
    assert.ok(isDone(again.plan));
    assert.deepEqual(again.secrets, {});
    const other = {
      ...file,
      groups: [{ name: 'STAFF' }],
      apps: [{ ...wiki, consent: 'implicit', scopes: ['openid'] }, phone],
      policy: { groups: {} },
    };
    assert.deepEqual(summary(await apply(machine, other)), [
      'change Staff: description,name',
      'change wiki: allowedGroups,consent,lifetimes,scopes',
      'unchanged phone',
      'group Staff',
    ]);
    assert.ok(isDone((await apply(machine, other)).plan));
    const app = await machine.apps.show({ id: 'wiki' });
    assert.deepEqual([app.allowedGroups, app.lifetimes, app.secrets.length], [undefined, {}, 1]);
    assert.deepEqual((await machine.policy.show({})).installation, { attestation: 'direct' });
  });

  it('keeps what it does not name, unless it is to be pruned; parts that are left out stay even then', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, { groups: [{ name: 'Staff' }, { name: 'Guests' }], apps: [wiki, phone] });
    assert.deepEqual(summary(await apply(machine, { apps: [wiki] })), ['unchanged wiki']);
    const pruned = await apply(machine, { apps: [wiki], groups: [{ name: 'Staff' }] }, true);
    assert.deepEqual(summary(pruned), ['unchanged Staff', 'remove Guests', 'unchanged wiki', 'remove phone']);
    assert.deepEqual(summary(await apply(machine, { apps: [] }, true)), ['remove wiki']);
    assert.equal((await machine.groups.list({})).items.length, 1);
  });

  it('makes a secret for an app that goes over to one', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
    ]);
    const jwks = { keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), use: 'sig' }] };
    const keyed = { ...wiki, tokenEndpointAuthMethod: 'private_key_jwt', jwks };
    assert.deepEqual((await apply(machine, { apps: [keyed] })).secrets, {});
    assert.ok(isDone((await apply(machine, { apps: [keyed] })).plan));
    const { secrets } = await apply(machine, { apps: [wiki] });
    assert.deepEqual(Object.keys(secrets), ['wiki']);
    assert.ok(isDone((await apply(machine, { apps: [wiki] })).plan));
  });

  it('refuses what was changed since it was looked at', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, { apps: [wiki] });
    const wanted = readConfiguration({ apps: [{ ...wiki, name: 'Pages' }] });
    const current = await readCurrent(machine);
    await machine.apps.update({ id: 'wiki', consent: 'implicit' });
    const plan = planOf({ wanted, current, prune: false });
    const performing = { plan, wanted, current, turnsAway: false, onSecret: () => {} };
    await assert.rejects(performPlan(machine, performing), { code: 'conflict' });
  });

  it('names every mistake with its place, before anything is done', async () => {
    await using installation = await openAdministration();
    const current = await readCurrent(installation.machine);
    assert.deepEqual(
      problemsOf(() => readConfiguration({ apps: [{ ...wiki, redirectUri: 'x' }], users: [] })).sort(),
      ['apps.0.redirectUri is not known', 'users is not known'],
    );
    assert.deepEqual(
      problemsOf(() => readConfiguration({ policy: { groups: { a: { leastPasskeys: 0 } } } })),
      ['policy.groups.a.leastPasskeys must be at least 1'],
    );
    const wrong = {
      groups: [{ name: 'Staff' }, { name: 'staff' }],
      apps: [{ ...wiki, redirectUris: ['http://wiki.example.com/'] }, wiki],
    };
    const problems = problemsOf(() => planOf({ wanted: readConfiguration(wrong), current, prune: false }));
    assert.deepEqual(problems.slice(0, 2), ['groups.1 is there twice', 'apps.1 is there twice']);
    assert.match(problems[2] ?? '', /^apps\.0\.redirectUris http:.*https/);
    const dangling = {
      apps: [{ ...wiki, allowedGroups: ['Nobody'] }],
      policy: { groups: { Ghosts: {} }, apps: { phone: {} } },
    };
    assert.deepEqual(
      problemsOf(() => planOf({ wanted: readConfiguration(dangling), current, prune: false })),
      [
        'apps.0.allowedGroups there is no group "Nobody", here or in the file',
        'policy.groups.Ghosts there is no group "Ghosts", here or in the file',
        'policy.apps.phone there is no app "phone", here or in the file',
      ],
    );
  });

  it('does not change the kind of an app, nor take a group from under one', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, { groups: [{ name: 'Staff' }], apps: [{ ...wiki, allowedGroups: ['Staff'] }] });
    const current = await readCurrent(machine);
    const plan = (input: unknown) => planOf({ wanted: readConfiguration(input), current, prune: true });
    assert.deepEqual(
      problemsOf(() => plan({ apps: [{ ...wiki, kind: 'browser' }] })),
      ['apps.0.kind cannot be changed: it is web. Make another app'],
    );
    assert.deepEqual(
      problemsOf(() => plan({ groups: [] })),
      ['groups "Staff" is missing: the app wiki is for it'],
    );
  });

  it('neither writes nor removes apps that registered by themselves', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await apply(machine, { apps: [wiki] });
    const app = await storage.apps.findById('wiki');
    assert.ok(app);
    await storage.apps.insert({ ...app, id: 'agent', origin: 'dynamic' });
    const current = await readCurrent(machine);
    assert.deepEqual(
      configurationOf(current).apps?.map(({ id }) => id),
      ['wiki'],
    );
    const { apps } = planOf({ wanted: readConfiguration({ apps: [] }), current, prune: true });
    assert.deepEqual(
      apps.map(({ name }) => name),
      ['wiki'],
    );
  });

  it('never opens an app to everybody whose group is gone', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, { groups: [{ name: 'Staff' }], apps: [{ ...wiki, allowedGroups: ['Staff'] }] });
    await machine.groups.remove({ group: 'Staff' });
    const file = configurationOf(await readCurrent(machine));
    assert.equal(file.apps?.[0]?.allowedGroups?.length, 1);
    assert.ok(isDone((await apply(machine, file)).plan));
  });

  it('tries rules before new groups and apps are there', () => {
    const wanted: Configuration = {
      policy: { installation: {}, groups: { Staff: {}, New: {} }, apps: { wiki: {}, fresh: {} } },
    };
    const plan = {
      groups: [{ action: 'create', name: 'new', input: { name: 'new' } }],
      apps: [{ action: 'create', name: 'fresh', input: { ...phone, id: 'fresh' } }],
      rules: [],
    } as unknown as Parameters<typeof rulesToCheck>[0]['plan'];
    assert.deepEqual(rulesToCheck({ plan, wanted }), {
      installation: {},
      groups: { Staff: {} },
      apps: { wiki: {} },
    });
  });

  it('is printed as a file that makes the same installation', async () => {
    const name = fc.constantFrom('Staff', 'Guests', 'Ops & more', 'Straße');
    const app = fc.record(
      {
        id: fc.constantFrom('one', 'two', 'three', 'four'),
        name: fc.constantFrom('One', 'yes', '0123', 'Two: "2"'),
        kind: fc.constantFrom('web', 'browser', 'machine', 'device'),
        scopes: fc.constantFrom(['openid'], ['openid', 'email', 'profile']),
        consent: fc.constantFrom('explicit', 'implicit'),
        lifetimes: fc.constantFrom({}, { accessToken: 600 }),
        logoUri: fc.constant('https://example.com/logo.png'),
        allowedGroups: fc.uniqueArray(name, { minLength: 1 }),
        claims: fc.constantFrom(['department'], ['team', 'cost_center']),
      },
      { requiredKeys: ['id', 'name', 'kind'] },
    );
    const file = fc.record({
      groups: fc.constant(['Staff', 'Guests', 'Ops & more', 'Straße'].map((name) => ({ name }))),
      apps: fc.uniqueArray(app, { selector: ({ id }) => id, maxLength: 4 }).map((apps) => apps.map(possible)),
      policy: fc.record({
        groups: fc.dictionary(name, fc.constantFrom({ leastPasskeys: 2 }, { deviceBound: true })),
      }),
    });
    await fc.assert(
      fc.asyncProperty(file, async (given) => {
        await using first = await openAdministration();
        await apply(first.machine, given);
        const printed = configurationOf(await readCurrent(first.machine));
        assert.ok(isDone((await apply(first.machine, JSON.parse(JSON.stringify(printed)))).plan));
        await using second = await openAdministration();
        await apply(second.machine, printed);
        assert.deepEqual(configurationOf(await readCurrent(second.machine)), printed);
      }),
      { numRuns: 25 },
    );
  });
});

/** Nobody signs in to a machine, and nobody comes back to a device. */
function possible<T extends { id: string; name: string; kind: string }>(app: T) {
  const { id, name, kind } = app;
  if (kind === 'machine') return { id, name, kind };
  return { ...app, ...(kind !== 'device' && { redirectUris: ['https://app.example.com/callback'] }) };
}
