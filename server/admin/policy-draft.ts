import { floorOf, mergeRules } from '../authenticator-policy/merge.ts';
import type { AuthenticatorRule, NamedRule } from '../authenticator-policy/rule.ts';
import type { WrittenPolicy } from '../authenticator-policy/written-policy.ts';
import { AppError } from '../errors.ts';
import type { App, Group } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { findGroup } from './find.ts';

/** Every rule there is, with what it belongs to: as they are, or as they would be. */
export interface PolicyDraft {
  floor: { rule: AuthenticatorRule; revision: number };
  /** By group id. */
  groups: Map<string, { group: Group; rule: AuthenticatorRule }>;
  /** By client id. */
  apps: Map<string, { app: App; rule: AuthenticatorRule }>;
}

export const installationRule = ({ floor }: PolicyDraft): NamedRule => floorOf(floor.rule);
export const groupRule = ({ group, rule }: { group: Group; rule: AuthenticatorRule }): NamedRule => ({
  name: `the group ${group.name}`,
  rule,
});
export const appRule = ({ app, rule }: { app: App; rule: AuthenticatorRule }): NamedRule => ({
  name: `the app ${app.name}`,
  rule,
});

export const allRules = (draft: PolicyDraft): NamedRule[] => [
  installationRule(draft),
  ...[...draft.groups.values()].map(groupRule),
  ...[...draft.apps.values()].map(appRule),
];

/** As it is now. */
export async function readDraft({ storage, administration }: AdminContext): Promise<PolicyDraft> {
  const { rule, revision } = await administration.findFloor({});
  const groups = new Map<string, { group: Group; rule: AuthenticatorRule }>();
  for (const group of await storage.groups.listWithRule())
    if (group.authenticatorRule) groups.set(group.id, { group, rule: group.authenticatorRule });
  return { floor: { rule, revision }, groups, apps: await appsWithRule(storage) };
}

async function appsWithRule({ apps }: AdminContext['storage']): Promise<PolicyDraft['apps']> {
  const found: PolicyDraft['apps'] = new Map();
  let after: string | undefined;
  do {
    const { items, next } = await apps.list({ limit: 200, ...(after !== undefined && { after }) });
    for (const app of items)
      if (app.authenticatorRule) found.set(app.id, { app, rule: app.authenticatorRule });
    after = next;
  } while (after !== undefined);
  return found;
}

/**
 * As it would be: parts that the file leaves out stay.
 * @throws AppError `not_found` for a group or an app that is not there, `rules_contradict`
 */
export async function withWritten(
  { storage }: Pick<AdminContext, 'storage'>,
  current: PolicyDraft,
  { installation, groups, apps }: WrittenPolicy,
): Promise<PolicyDraft> {
  const draft: PolicyDraft = {
    floor: { ...current.floor, ...(installation && { rule: installation }) },
    groups: groups ? await groupsOf(storage, groups) : current.groups,
    apps: apps ? await appsOf(storage, apps) : current.apps,
  };
  refuseContradictions(draft);
  return draft;
}

async function groupsOf({ groups }: AdminContext['storage'], written: Record<string, AuthenticatorRule>) {
  const found: PolicyDraft['groups'] = new Map();
  for (const [name, rule] of Object.entries(written)) {
    const group = await findGroup(groups, name);
    if (found.has(group.id))
      throw new AppError('field_invalid', {
        field: `groups.${name}`,
        detail: `groups.${name} is there twice`,
      });
    found.set(group.id, { group, rule });
  }
  return found;
}

async function appsOf({ apps }: AdminContext['storage'], written: Record<string, AuthenticatorRule>) {
  const found: PolicyDraft['apps'] = new Map();
  for (const [id, rule] of Object.entries(written)) {
    const app = await apps.findById(id);
    if (!app)
      throw new AppError('not_found', {
        field: `apps.${id}`,
        detail: `there is no app "${id}" that could have a rule`,
      });
    found.set(id, { app, rule });
  }
  return found;
}

/** Two rules that leave nothing are a mistake, whoever they would meet. */
function refuseContradictions(draft: PolicyDraft): void {
  const floor = installationRule(draft);
  mergeRules([floor]);
  for (const each of draft.groups.values()) mergeRules([floor, groupRule(each)]);
  for (const each of draft.apps.values()) mergeRules([floor, appRule(each)]);
}
