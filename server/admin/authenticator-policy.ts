import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';
import { readPolicy, writtenRule } from '../authenticator-policy/written-policy.ts';
import { AppError } from '../errors.ts';
import type { AdminContext } from './administration.ts';
import { type DryRun, dryRun } from './dry-run.ts';
import { operation } from './operation.ts';
import { type PolicyDraft, readDraft, withWritten } from './policy-draft.ts';
import { dryRunShape } from './shapes.ts';

/** Whoever would newly turn away more than this share of people has to say that it is meant. */
const mostUnasked = 0.1;

const written = z.record(z.string(), z.unknown()).describe('A file of rules: see `latchkey policy show`.');

/** The rules for authenticators. */
export const policyOperations = {
  show: operation({
    scope: 'policies:read',
    summary: 'Show every rule for authenticators, as a file has it',
    http: 'GET /policy',
    input: z.strictObject({}),
    output: z.object({
      installation: z.record(z.string(), z.unknown()),
      groups: z.record(z.string(), z.record(z.string(), z.unknown())),
      apps: z.record(z.string(), z.record(z.string(), z.unknown())),
      models: z.record(z.string(), z.string()).describe('Names of models in the lists, by AAGUID.'),
    }),
    run: showPolicy,
  }),
  check: operation({
    scope: 'policies:read',
    summary: 'Tell who would be turned away by a file of rules; saves nothing',
    http: 'POST /policy/check',
    input: z.strictObject({ policy: written }),
    output: dryRunShape,
    errors: ['not_found', 'rules_contradict'],
    run: async (context, { policy }) => (await prepare(context, policy)).checked,
  }),
  apply: operation({
    scope: 'policies:write',
    summary: 'Check a file of rules, then put it in force',
    description: 'A crash half-way leaves some of the rules saved: it can be done again.',
    http: 'PUT /policy',
    input: z.strictObject({
      policy: written,
      meant: z
        .boolean()
        .default(false)
        .describe('Also where it newly turns away more than a tenth of all people.'),
    }),
    output: z.object({
      checked: dryRunShape,
      changed: z
        .array(z.string())
        .describe('Whose rule is another one now: `installation`, `group NAME`, `app ID`.'),
    }),
    errors: ['not_found', 'rules_contradict', 'no_administrator_left', 'conflict'],
    changes: 'policy.changed',
    run: applyPolicy,
  }),
};

async function showPolicy(context: AdminContext) {
  const { floor, groups, apps } = await readDraft(context);
  const { models } = await context.administration.findFloor({});
  return {
    installation: writtenRule(floor.rule),
    groups: Object.fromEntries(
      [...groups.values()].map(({ group, rule }) => [group.name, writtenRule(rule)]),
    ),
    apps: Object.fromEntries([...apps.values()].map(({ app, rule }) => [app.id, writtenRule(rule)])),
    models,
  };
}

async function prepare(context: AdminContext, policy: unknown) {
  const { onProgress } = context;
  const before = await readDraft(context);
  const after = await withWritten(context, before, readPolicy(policy));
  const checked = await fewAtOnce(context, () => dryRun({ context, before, after, onProgress }));
  return { before, after, checked };
}

/** Each looks at everybody, and whoever only reads may ask for it. */
const mostAtOnce = 2;
const running = new WeakMap<object, number>();

/** @throws AppError `too_many_requests` */
async function fewAtOnce<T>({ storage }: AdminContext, work: () => Promise<T>): Promise<T> {
  const before = running.get(storage) ?? 0;
  if (before >= mostAtOnce)
    throw new AppError('too_many_requests', {
      detail: 'others check rules just now: try again when they are done',
    });
  running.set(storage, before + 1);
  try {
    return await work();
  } finally {
    running.set(storage, (running.get(storage) ?? 1) - 1);
  }
}

async function applyPolicy(context: AdminContext, { policy, meant }: { policy: unknown; meant: boolean }) {
  const { before, after, checked } = await prepare(context, policy);
  refuseHarm(checked, meant);
  const changed: string[] = [];
  if (!isDeepStrictEqual(plain(after.floor.rule), plain(before.floor.rule))) {
    await setFloor(context, after);
    changed.push('installation');
  }
  changed.push(
    ...(await setGroupRules(context, before, after)),
    ...(await setAppRules(context, before, after)),
  );
  context.note({ details: { changed: changed.join(', ').slice(0, 1000) } });
  return { checked, changed };
}

async function setFloor({ storage, administration }: AdminContext, { floor }: PolicyDraft): Promise<void> {
  const administrators = (await storage.accounts.listByRole('administrator'))
    .filter(({ status }) => status === 'active')
    .flatMap(({ userHandles }) => userHandles);
  const { rule, revision: expectedRevision } = floor;
  await administration.setFloor({ rule, expectedRevision, administrators });
}

async function setGroupRules({ storage, now }: AdminContext, before: PolicyDraft, after: PolicyDraft) {
  const changed = differences(before.groups, after.groups);
  for (const { value, rule } of changed) {
    const { group } = value;
    const next = { ...withRule(group, rule), updatedAt: now() };
    if (!(await storage.groups.update(next, group.revision)))
      throw new AppError('conflict', { detail: `the group ${group.name} was changed meanwhile` });
  }
  return changed.map(({ value }) => `group ${value.group.name}`);
}

async function setAppRules({ storage, now }: AdminContext, before: PolicyDraft, after: PolicyDraft) {
  const changed = differences(before.apps, after.apps);
  for (const { value, rule } of changed) {
    const { app } = value;
    const next = { ...withRule(app, rule), updatedAt: now() };
    if (!(await storage.apps.update(next, app.revision)))
      throw new AppError('conflict', { detail: `the app ${app.name} was changed meanwhile` });
  }
  return changed.map(({ value }) => `app ${value.app.id}`);
}

function refuseHarm({ administrators, people, newlyTurnedAway }: DryRun, meant: boolean): void {
  if (administrators.people > 0 && administrators.able === 0)
    throw new AppError('no_administrator_left', {
      detail: 'no administrator has a passkey that would do: register one first',
    });
  if (!meant && newlyTurnedAway > people * mostUnasked)
    throw new AppError('conflict', {
      detail: `this would newly turn away ${newlyTurnedAway} of ${people} people. \`latchkey policy check\` says whom; \`--yes\` does it nevertheless`,
    });
}

/** Without members that are there and `undefined`. */
const plain = (rule: AuthenticatorRule): unknown => JSON.parse(JSON.stringify(rule));

function withRule<T extends { authenticatorRule?: AuthenticatorRule }>(
  { authenticatorRule: _, ...record }: T,
  rule: AuthenticatorRule | undefined,
): T {
  return { ...record, ...(rule && { authenticatorRule: rule }) } as T;
}

/** What has another rule afterwards, or none any more. */
function differences<T extends { rule: AuthenticatorRule }>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): { value: T; rule: AuthenticatorRule | undefined }[] {
  const ended = [...before].filter(([id]) => !after.has(id)).map(([, value]) => ({ value, rule: undefined }));
  const others = [...after].filter(([id, { rule }]) => {
    const known = before.get(id)?.rule;
    return known === undefined || !isDeepStrictEqual(plain(known), plain(rule));
  });
  return [...ended, ...others.map(([, value]) => ({ value, rule: value.rule }))];
}
