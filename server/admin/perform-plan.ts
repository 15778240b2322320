/** Does what a plan says, through the operations alone: here, or at another server. */
import { AppError } from '../errors.ts';
import type { Plan } from './apply.ts';
import { type Configuration, type Current, sameGroup } from './configuration.ts';
import type { Administration } from './operations.ts';
import { all } from './pages.ts';
import type { AppFacts } from './shapes.ts';

interface Performing {
  plan: Plan;
  wanted: Configuration;
  current: Current;
  /** Also where rules newly turn away more than a tenth of all people. */
  turnsAway: boolean;
  /** Of a new app, or of one that went over to a secret: shown once, so it is given away at once. */
  onSecret: (id: string, secret: string) => void;
  /** How far it is: from 0 to 1. */
  onProgress?: (share: number) => void;
}

export async function readCurrent(administration: Administration): Promise<Current> {
  const { groups, apps, apis, policy } = administration;
  const { models: _, ...rules } = await policy.show({});
  const everyApp = await all(apps.list);
  // Who registered by themselves are in no file, and no file removes them.
  const isWritten = ({ origin }: AppFacts) => origin === 'administrator';
  return {
    groups: await all(groups.list),
    apps: everyApp.filter(isWritten),
    registered: everyApp.filter((app) => !isWritten(app)).map(({ id }) => id),
    apis: (await apis.list({})).items,
    issuer: await issuerOf(administration),
    policy: rules,
  };
}

/** Where it is not the caller's to know, it is the operation that refuses what is of this installation itself. */
async function issuerOf({ system }: Administration): Promise<string | undefined> {
  try {
    return (await system.show({})).issuer;
  } catch (error) {
    if (error instanceof AppError && error.code === 'forbidden') return undefined;
    throw error;
  }
}

/**
 * Groups before the apps that name them, apps before the APIs that do, and before their rules; what goes, goes last. Broken off half-way, the next
 * run goes on. @throws AppError `conflict` where something was changed since it was looked at
 */
export async function performPlan(administration: Administration, performing: Performing): Promise<void> {
  const { plan, wanted, turnsAway, onProgress = () => {} } = performing;
  const steps = [
    ...stepsOfGroups(administration, performing),
    ...stepsOfApps(administration, performing),
    ...stepsOfApis(administration, performing),
  ];
  if (plan.rules.length > 0)
    steps.push(() => administration.policy.apply({ policy: { ...wanted.policy }, meant: turnsAway }));
  steps.push(...removals(administration, plan));
  for (const [index, step] of steps.entries()) {
    await step();
    onProgress((index + 1) / steps.length);
  }
}

type Step = () => Promise<unknown>;

function stepsOfGroups({ groups }: Administration, { plan }: Performing): Step[] {
  return plan.groups.flatMap((step): Step[] => {
    if (step.action === 'create') return [() => groups.add(step.input)];
    if (step.action !== 'change') return [];
    const { id, revision, changes } = step;
    return [() => groups.update({ group: id, revision, ...changes })];
  });
}

function stepsOfApps(administration: Administration, { plan, onSecret }: Performing): Step[] {
  const { apps } = administration;
  return plan.apps.flatMap((step): Step[] => {
    if (step.action === 'create')
      return [
        async () => {
          const input = await withGroupIds(administration, step.input);
          const { secret } = await apps.add(input as Parameters<typeof apps.add>[0]);
          if (secret !== undefined) onSecret(step.name, secret);
        },
      ];
    if (step.action !== 'change') return [];
    const { id, revision, changes, needsSecret } = step;
    return [
      async () => {
        await apps.update({ id, revision, ...(await withGroupIds(administration, changes)) });
        if (needsSecret) onSecret(id, (await apps.rotateSecret({ id })).secret);
      },
    ];
  });
}

function stepsOfApis({ apis }: Administration, { plan }: Performing): Step[] {
  return plan.apis.flatMap((step): Step[] => {
    if (step.action === 'create') return [() => apis.add(step.input as Parameters<typeof apis.add>[0])];
    if (step.action !== 'change') return [];
    const { id, revision, changes } = step;
    return [() => apis.update({ api: id, revision, ...changes })];
  });
}

function removals({ groups, apps, apis }: Administration, plan: Plan): Step[] {
  const removed = (
    steps: Plan['groups'] | Plan['apps'] | Plan['apis'],
    remove: (id: string) => Promise<unknown>,
  ) => steps.flatMap((step): Step[] => (step.action === 'remove' ? [() => remove(step.id)] : []));
  return [
    ...removed(plan.apis, (api) => apis.remove({ api })),
    ...removed(plan.apps, (id) => apps.remove({ id })),
    ...removed(plan.groups, (group) => groups.remove({ group })),
  ];
}

/** Names of groups become ids once they are all there; an id of one that is gone stays. */
async function withGroupIds({ groups }: Administration, said: object): Promise<Record<string, unknown>> {
  const { allowedGroups, ...others } = said as { allowedGroups?: string[] | null };
  if (!allowedGroups) return { ...said };
  const known = await all(groups.list);
  const ids = allowedGroups.map((name) => known.find((group) => sameGroup(group.name, name))?.id ?? name);
  return { ...others, allowedGroups: ids };
}

/** The rules that can be tried before the new groups and apps of the file are there. */
export function rulesToCheck({ plan, wanted }: Pick<Performing, 'plan' | 'wanted'>) {
  const { policy = {} } = wanted;
  const created = (steps: Plan['groups'] | Plan['apps']) =>
    steps.filter(({ action }) => action === 'create').map(({ name }) => name);
  const [groups, apps] = [created(plan.groups), created(plan.apps)];
  const without = (rules: object | undefined, isNew: (name: string) => boolean) =>
    rules && Object.fromEntries(Object.entries(rules).filter(([name]) => !isNew(name)));
  return {
    ...policy,
    ...(policy.groups && {
      groups: without(policy.groups, (name) => groups.some((group) => sameGroup(group, name))),
    }),
    ...(policy.apps && { apps: without(policy.apps, (id) => apps.includes(id)) }),
  };
}
