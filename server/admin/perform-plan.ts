/** Does what a plan says, through the operations alone: here, or at another server. */
import type { Plan } from './apply.ts';
import { type Configuration, type Current, sameGroup } from './configuration.ts';
import type { Administration } from './operations.ts';
import { all } from './pages.ts';

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

export async function readCurrent({ groups, apps, policy }: Administration): Promise<Current> {
  const { models: _, ...rules } = await policy.show({});
  // Who registered by themselves is in no file, and no file removes them.
  const written = (await all(apps.list)).filter(({ origin }) => origin === 'administrator');
  return { groups: await all(groups.list), apps: written, policy: rules };
}

/**
 * Groups before the apps that name them, apps before their rules; what goes, goes last. Broken off half-way, the next
 * run goes on. @throws AppError `conflict` where something was changed since it was looked at
 */
export async function performPlan(administration: Administration, performing: Performing): Promise<void> {
  const { plan, wanted, turnsAway, onProgress = () => {} } = performing;
  const steps = [...stepsOfGroups(administration, performing), ...stepsOfApps(administration, performing)];
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

function removals({ groups, apps }: Administration, { groups: groupSteps, apps: appSteps }: Plan): Step[] {
  const removed = <S extends { action: string }>(steps: readonly S[]) =>
    steps.filter((step): step is Extract<S, { action: 'unchanged' | 'remove' }> => step.action === 'remove');
  return [
    ...removed(appSteps).map(
      ({ id }) =>
        () =>
          apps.remove({ id }),
    ),
    ...removed(groupSteps).map(
      ({ id }) =>
        () =>
          groups.remove({ group: id }),
    ),
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
