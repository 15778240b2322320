import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppError } from '../errors.ts';
import { openAdministration } from '../testing/administration.ts';
import { isDone, planOf } from './apply.ts';
import { configurationOf, readConfiguration } from './configuration.ts';
import type { Administration } from './operations.ts';
import { performPlan, readCurrent } from './perform-plan.ts';

const shop = {
  id: 'shop',
  name: 'Shop',
  kind: 'web',
  redirectUris: ['https://shop.example.com/callback'],
} as const;
const worker = { id: 'worker', name: 'Worker', kind: 'machine' } as const;
const invoices = {
  audience: 'https://api.example.com/invoices',
  name: 'Invoices',
  scopes: [
    { name: 'read', sentence: 'Read your invoices.' },
    { name: 'write', sentence: 'Pay your invoices.' },
  ],
  apps: [
    { id: 'shop', people: ['read', 'write'] },
    { id: 'worker', machine: ['read'] },
  ],
};
const file = { apps: [shop, worker], apis: [invoices] };

async function planned(administration: Administration, input: unknown, prune = false) {
  const wanted = readConfiguration(input);
  const current = await readCurrent(administration);
  return { wanted, current, plan: planOf({ wanted, current, prune }) };
}

async function apply(administration: Administration, input: unknown, prune = false) {
  const performing = await planned(administration, input, prune);
  await performPlan(administration, { ...performing, turnsAway: false, onSecret: () => {} });
  return performing.plan.apis.map((step) =>
    step.action === 'change' ? `change ${step.fields}` : `${step.action} ${step.name}`,
  );
}

async function problemsOf(administration: Administration, input: unknown, prune = false): Promise<string[]> {
  const work = planned(administration, input, prune);
  const error = (await work.then(
    () => undefined,
    (reason) => reason,
  )) as AppError | undefined;
  return (error?.problems ?? []).map(({ field, message }) => `${field} ${message}`);
}

describe('APIs as a file says', () => {
  it('are made after their apps, changed in the fields that differ, and left alone the second time', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    assert.deepEqual(await apply(machine, file), [`create ${invoices.audience}`]);
    assert.ok(isDone((await planned(machine, file)).plan));
    const other = {
      ...invoices,
      tokenFormat: 'opaque',
      introspectedBy: ['worker'],
      apps: invoices.apps.toReversed(),
    };
    assert.deepEqual(await apply(machine, { apis: [other] }), ['change introspectedBy,tokenFormat']);
    assert.ok(isDone((await planned(machine, { apis: [other] })).plan));
    assert.deepEqual(await apply(machine, { apis: [invoices] }), ['change introspectedBy,tokenFormat']);
    const [api] = (await machine.apis.list({})).items;
    assert.deepEqual([api?.tokenFormat, api?.introspectedBy], ['jwt', []]);
  });

  it('keep the order of their scopes, which people read, and not that of what apps may', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, file);
    const [first, ...others] = invoices.apps;
    const mixed = { ...invoices, apps: [{ ...first, people: ['write', 'read'] }, ...others] };
    assert.ok(isDone((await planned(machine, { apis: [mixed] })).plan));
    const turned = { ...invoices, scopes: invoices.scopes.toReversed() };
    assert.deepEqual(await apply(machine, { apis: [turned] }), ['change scopes']);
  });

  it('stay where the file does not name them, and go where it is pruned', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, file);
    assert.deepEqual(await apply(machine, { apis: [] }), []);
    assert.deepEqual(await apply(machine, { apps: [shop, worker] }, true), []);
    assert.deepEqual(await apply(machine, { apis: [] }, true), [`remove ${invoices.audience}`]);
    assert.deepEqual((await machine.apis.list({})).items, []);
  });

  it('are printed as a file that makes the same ones, with what was decided alone', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    await apply(machine, file);
    const printed = configurationOf(await readCurrent(machine));
    assert.deepEqual(printed.apis, [invoices]);
    await using second = await openAdministration();
    await apply(second.machine, printed);
    assert.deepEqual(configurationOf(await readCurrent(second.machine)), printed);
  });

  it('are refused with the place of every mistake, and nothing is begun', async () => {
    await using installation = await openAdministration();
    const { machine } = installation;
    const [read] = invoices.scopes;
    const wrong: [api: object, problem: RegExp][] = [
      [{ ...invoices, audience: 'invoices' }, /^apis\.0\.audience must be an absolute URI/],
      [{ ...invoices, audience: 'http://localhost:3000/api/v1' }, /^apis\.0\.audience is of this install/],
      [{ ...invoices, scopes: [] }, /^apis\.0\.scopes must hold at least one scope/],
      [{ ...invoices, scopes: [read, read] }, /^apis\.0\.scopes\.1 is there twice/],
      [{ ...invoices, tokenLifetime: 5 }, /^apis\.0\.tokenLifetime must be at least 60/],
      [{ ...invoices, lifetime: 600 }, /^apis\.0\.lifetime is not known/],
      [{ ...invoices, apps: [{ id: 'shop', people: ['pay'] }] }, /^apis\.0\.apps\.0 pay is no scope/],
      [
        { ...invoices, apps: [{ id: 'till', people: ['read'] }] },
        /^apis\.0\.apps\.0\.id there is no app "till"/,
      ],
      [{ ...invoices, introspectedBy: ['till'] }, /^apis\.0\.introspectedBy\.0 there is no app "till"/],
    ];
    for (const [api, expected] of wrong) {
      const [problem = 'none'] = await problemsOf(machine, { ...file, apis: [api] });
      assert.match(problem, expected);
    }
    const twice = await problemsOf(machine, { ...file, apis: [invoices, invoices] });
    assert.deepEqual(twice, ['apis.1 is there twice']);
    assert.deepEqual((await readCurrent(machine)).apps, []);
  });

  it('name no app that the same file takes away, and may go on naming one that registered by itself', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await apply(machine, file);
    assert.deepEqual(await problemsOf(machine, { apps: [worker], apis: [invoices] }, true), [
      'apis.0.apps.0.id there is no app "shop", here or in the file',
    ]);
    const app = await storage.apps.findById('shop');
    assert.ok(app);
    await storage.apps.insert({ ...app, id: 'agent', origin: 'dynamic' });
    const apis = [{ ...invoices, apps: [...invoices.apps, { id: 'agent', people: ['read'] }] }];
    assert.deepEqual(await apply(machine, { ...file, apis }, true), ['change apps']);
    assert.ok(isDone((await planned(machine, { ...file, apis }, true)).plan));
    // The app goes, and with it what the API that the file does not name allowed it.
    await apply(machine, { apps: [worker] }, true);
    const { items } = await machine.apis.list({});
    assert.deepEqual(
      items[0]?.apps.map(({ id }) => id),
      ['agent', 'worker'],
    );
  });

  it('are refused by the operation where the caller may not know the issuer', async () => {
    await using installation = await openAdministration();
    const keeper = installation.as({
      kind: 'app',
      appId: 'keeper',
      scopes: ['apps:read', 'apps:write', 'groups:read', 'policies:read'],
    } as Parameters<typeof installation.as>[0]);
    const own = { apis: [{ ...invoices, apps: [], audience: 'http://localhost:3000/api/v1' }] };
    assert.equal((await readCurrent(keeper)).issuer, undefined);
    await assert.rejects(apply(keeper, own), { code: 'field_invalid', field: 'audience' });
  });
});
