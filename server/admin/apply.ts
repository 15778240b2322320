/** What has to be done until an installation is as a file says: pure, so that it can be looked at first. */
import { isDeepStrictEqual } from 'node:util';
import { readPolicy, type WrittenPolicy } from '../authenticator-policy/written-policy.ts';
import { AppError, type FieldProblem } from '../errors.ts';
import { groupNameKey } from '../groups/create-group.ts';
import { type ApiStep, apiSteps, danglingApps, problemsOfApis } from './apply-apis.ts';
import {
  type Configuration,
  type Current,
  currentSettings,
  sameGroup,
  type WrittenApp,
  type WrittenGroup,
  wantedSettings,
} from './configuration.ts';
import { type Change, type Create, differences, type Other, placed, repeated, step } from './plan-step.ts';

export type GroupStep = Create<WrittenGroup> | Change | Other;
export type AppStep = Create<WrittenApp> | Change | Other;

export interface Plan {
  groups: GroupStep[];
  apps: AppStep[];
  apis: ApiStep[];
  /** Whose rule would be another one: `installation`, `group NAME`, `app ID`. */
  rules: string[];
}

interface Planning {
  wanted: Configuration;
  current: Current;
  /** Whether what the file does not name is removed, in the parts that it has. */
  prune: boolean;
}

/** @throws AppError `field_invalid` with every problem, each with its place in the file */
export function planOf({ wanted, current, prune }: Planning): Plan {
  const { groups = [], apps = [] } = wanted;
  const problems = [
    ...repeated(groups, 'groups', ({ name }) => groupNameKey(name)),
    ...repeated(apps, 'apps', ({ id }) => id),
    ...apps.flatMap((app, index) => problemsOfApp({ app, index, current })),
    ...problemsOfApis({ wanted, current }),
  ];
  if (problems.length === 0) problems.push(...danglingReferences({ wanted, current, prune }));
  if (problems.length > 0) throw invalid(problems);
  return {
    groups: [
      ...groups.map((group) => groupStep(group, current)),
      ...(prune && wanted.groups ? unnamedGroups(groups, current) : []),
    ],
    apps: [
      ...apps.map((app) => appStep(app, current)),
      ...(prune && wanted.apps ? unnamedApps(apps, current) : []),
    ],
    apis: apiSteps({ wanted, current, prune }),
    rules: changedRules(wanted, current),
  };
}

export const isDone = ({ groups, apps, apis, rules }: Plan): boolean =>
  rules.length === 0 && [...groups, ...apps, ...apis].every(({ action }) => action === 'unchanged');

function invalid(problems: readonly FieldProblem[]): AppError {
  return new AppError('field_invalid', {
    ...(problems[0] && { field: problems[0].field }),
    detail: problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    problems,
  });
}

/** What its fields say together, as of a new app. */
function problemsOfApp({ app, index, current }: { app: WrittenApp; index: number; current: Current }) {
  const place = `apps.${index}`;
  const before = current.apps.find(({ id }) => id === app.id);
  if (before && before.kind !== app.kind)
    return [{ field: `${place}.kind`, message: `cannot be changed: it is ${before.kind}. Make another app` }];
  try {
    wantedSettings(app);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return placed(place, error.problems);
  }
}

/** Names of groups and apps that would not be there. What an app said before may stay. */
function danglingReferences({ wanted, current, prune }: Planning): FieldProblem[] {
  const groups = [
    ...(wanted.groups ?? []).map(({ name }) => name),
    ...(prune && wanted.groups ? [] : current.groups.map(({ name }) => name)),
  ];
  const apps = [
    ...(wanted.apps ?? []).map(({ id }) => id),
    ...(prune && wanted.apps ? [] : current.apps.map(({ id }) => id)),
  ];
  const hasGroup = (name: string) => groups.some((one) => sameGroup(one, name));
  const noGroup = (name: string) => `there is no group "${name}", here or in the file`;
  return [
    ...(wanted.apps ?? []).flatMap(({ id, allowedGroups = [] }, index) => {
      const said = saidBefore(id, current);
      const missing = allowedGroups.filter((name) => !hasGroup(name) && !said.includes(name));
      return missing.map((name) => ({ field: `apps.${index}.allowedGroups`, message: noGroup(name) }));
    }),
    ...Object.keys(wanted.policy?.groups ?? {})
      .filter((name) => !hasGroup(name))
      .map((name) => ({ field: `policy.groups.${name}`, message: noGroup(name) })),
    ...Object.keys(wanted.policy?.apps ?? {})
      .filter((id) => !apps.includes(id))
      .map((id) => ({ field: `policy.apps.${id}`, message: `there is no app "${id}", here or in the file` })),
    ...danglingApps({ wanted, current }, (id) => apps.includes(id) || current.registered.includes(id)),
    ...current.apps
      .filter(({ id }) => apps.includes(id) && !(wanted.apps ?? []).some((app) => app.id === id))
      .flatMap(({ id, allowedGroups = [] }) =>
        current.groups
          .filter((group) => allowedGroups.includes(group.id) && !hasGroup(group.name))
          .map(({ name }) => ({ field: 'groups', message: `"${name}" is missing: the app ${id} is for it` })),
      ),
  ];
}

/** Ids of groups that are gone, which an app still names. */
function saidBefore(id: string, { apps, groups }: Current): string[] {
  const { allowedGroups = [] } = apps.find((app) => app.id === id) ?? {};
  return allowedGroups.filter((one) => !groups.some((group) => group.id === one));
}

function groupStep(group: WrittenGroup, { groups }: Current): GroupStep {
  const before = groups.find(({ name }) => sameGroup(name, group.name));
  if (!before) return { action: 'create', name: group.name, input: group };
  const { id, name, description, revision } = before;
  const wanted = {
    name: group.name.trim().normalize('NFC'),
    description: group.description?.trim() || undefined,
  };
  const changes = differences({ name, ...(description && { description }) }, wanted);
  return step({ name, id, revision, changes });
}

function appStep(app: WrittenApp, { apps, groups }: Current): AppStep {
  const before = apps.find(({ id }) => id === app.id);
  if (!before) return { action: 'create', name: app.id, input: app };
  const { id, revision } = before;
  const wanted = wantedSettings(app);
  const changes = differences(currentSettings(before, groups), wanted);
  const needsSecret =
    String(changes.tokenEndpointAuthMethod).startsWith('client_secret') && before.secrets.length === 0;
  return step({ name: id, id, revision, changes, ...(needsSecret && { needsSecret }) });
}

const unnamedGroups = (named: readonly WrittenGroup[], { groups }: Current): Other[] =>
  groups
    .filter(({ name }) => !named.some((group) => sameGroup(group.name, name)))
    .map(({ id, name }) => ({ action: 'remove', name, id }));

const unnamedApps = (named: readonly WrittenApp[], { apps }: Current): Other[] =>
  apps
    .filter(({ id }) => !named.some((app) => app.id === id))
    .map(({ id }) => ({ action: 'remove', name: id, id }));

function changedRules({ policy = {} }: Configuration, current: Current): string[] {
  const [before, after] = [readPolicy(current.policy), readPolicy(policy)];
  const { installation } = after;
  const isOther = installation && !isDeepStrictEqual(installation, before.installation ?? {});
  return [
    ...(isOther ? ['installation'] : []),
    ...otherRules('group', { before: before.groups, after: after.groups, keyOf: groupNameKey }),
    ...otherRules('app', { before: before.apps, after: after.apps, keyOf: (id) => id }),
  ];
}

interface Rules {
  before: WrittenPolicy['groups'];
  after: WrittenPolicy['groups'];
  keyOf: (name: string) => string;
}

function otherRules(kind: string, { before = {}, after, keyOf }: Rules): string[] {
  if (!after) return [];
  const byKey = (rules: object) => new Map(Object.entries(rules).map(([name, rule]) => [keyOf(name), rule]));
  const [old, wanted] = [byKey(before), byKey(after)];
  const names = [...Object.keys(after), ...Object.keys(before).filter((name) => !wanted.has(keyOf(name)))];
  return names
    .filter((name) => !isDeepStrictEqual(old.get(keyOf(name)), wanted.get(keyOf(name))))
    .map((name) => `${kind} ${name}`);
}
