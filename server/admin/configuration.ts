/** Apps, APIs, groups and rules as a file has them: what an installation shall be, without what it made by itself. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { NewApi } from '../apis/validation.ts';
import { saidOf } from '../apps/change-app.ts';
import { settingsOf } from '../apps/create-app.ts';
import { appFields, checkNewApp, type NewApp } from '../apps/validation.ts';
import { writtenPolicySchema } from '../authenticator-policy/written-policy.ts';
import { groupNameKey } from '../groups/create-group.ts';
import { type ApiFacts, apiOperations } from './apis.ts';
import { groupOperations } from './groups.ts';
import { readInput } from './operation.ts';
import type { Administration } from './operations.ts';
import type { Settings } from './plan-step.ts';
import type { AppFacts } from './shapes.ts';
import { writtenApi } from './written-api.ts';

/** The operations' own inputs, but that an app has an id to be known by, and names its groups. */
const groupSchema = groupOperations.add.input;
const appSchema = appFields.extend({
  id: appFields.shape.id.unwrap(),
  allowedGroups: z.array(z.string().trim().min(1, 'must be the name of a group')).min(1).max(100).optional(),
});

const configurationSchema = z.strictObject({
  groups: z.array(groupSchema).optional(),
  apps: z.array(appSchema).optional(),
  apis: z.array(apiOperations.add.input).optional(),
  policy: writtenPolicySchema.optional(),
});

export type WrittenGroup = z.input<typeof groupSchema>;
export type WrittenApp = z.input<typeof appSchema>;
export type WrittenApi = NewApi;

/** A part that is left out stays as it is. In a part that is there, whatever is named is as it is written, and no more. */
export interface Configuration {
  groups?: WrittenGroup[] | undefined;
  apps?: WrittenApp[] | undefined;
  apis?: WrittenApi[] | undefined;
  policy?: WrittenPolicyPart | undefined;
}

/** As it was written: the operation reads it. */
interface WrittenPolicyPart {
  installation?: Record<string, unknown> | undefined;
  groups?: Record<string, Record<string, unknown>> | undefined;
  apps?: Record<string, Record<string, unknown>> | undefined;
}

export type GroupFacts = Awaited<ReturnType<Administration['groups']['show']>>;

/** What there is. */
export interface Current {
  groups: readonly GroupFacts[];
  apps: readonly AppFacts[];
  /** Client ids of apps that no file has: they registered by themselves. */
  registered: readonly string[];
  apis: readonly ApiFacts[];
  /** Absent where the caller may not read it. */
  issuer: string | undefined;
  policy: WrittenPolicyPart;
}

/** @throws AppError `field_invalid` with every problem, each with its place: `apps.0.redirectUris.1` */
export function readConfiguration(input: unknown): Configuration {
  readInput(configurationSchema, input);
  return input as Configuration;
}

/** Its groups by name. @throws AppError `field_invalid` for what its fields say together */
export function wantedSettings({ allowedGroups, ...app }: WrittenApp): Settings {
  // Whether it may be for groups at all is asked with ids that stand for theirs.
  const asked = { ...app, ...(allowedGroups && { allowedGroups: allowedGroups.map((_, n) => `${n}`) }) };
  const { allowedGroups: _, ...settings } = settingsOf(checkNewApp(asked as NewApp));
  return { ...settings, ...(allowedGroups && { allowedGroups }) };
}

export function currentSettings(app: AppFacts, groups: readonly GroupFacts[]): Settings {
  const { id: _, kind: _k, secrets: _s, grantTypes: _g, authenticatorRule: _r, ...rest } = app;
  const {
    origin: _o,
    registration: _n,
    createdAt: _c,
    updatedAt: _u,
    revision: _v,
    allowedGroups,
    ...settings
  } = rest;
  return { ...settings, ...(allowedGroups && { allowedGroups: namesOf(allowedGroups, groups) }) };
}

/** A group that is gone keeps its id: without it, the app would be open to everybody. */
function namesOf(ids: readonly string[], groups: readonly GroupFacts[]): string[] {
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  return ids.map((id) => names.get(id) ?? id);
}

/** The file that would make what there is. */
export function configurationOf({ groups, apps, apis, policy }: Current): Configuration {
  return {
    groups: groups.map(({ name, description }) => ({ name, ...(description && { description }) })),
    apps: apps.map((app) => writtenApp(app, groups)),
    apis: apis.map(writtenApi),
    policy: Object.fromEntries(
      Object.entries(policy).filter(([, rules]) => Object.keys(rules ?? {}).length > 0),
    ) as WrittenPolicyPart,
  };
}

function writtenApp(app: AppFacts, groups: readonly GroupFacts[]): WrittenApp {
  const { id, kind, allowedGroups } = app;
  const { allowedGroups: _, ...said } = saidOf(app);
  const essential = withoutDefaults({ id, ...said, kind });
  return {
    ...essential,
    id,
    ...(allowedGroups && { allowedGroups: namesOf(allowedGroups, groups) }),
  } as WrittenApp;
}

/** Only what makes a difference: whoever reads it sees what was decided. */
function withoutDefaults(app: NewApp): NewApp {
  const full = settled(app);
  if (full === undefined) return app;
  return Object.keys(app).reduce<NewApp>((kept, field) => {
    const { [field as keyof NewApp]: _, ...fewer } = kept;
    return field !== 'id' && isDeepStrictEqual(settled(fewer as NewApp), full) ? (fewer as NewApp) : kept;
  }, app);
}

/** `undefined` where it could not be a new app, as one that was made under other rules. */
function settled(app: NewApp): unknown {
  try {
    return { kind: app.kind, ...settingsOf(checkNewApp(app)) };
  } catch {
    return undefined;
  }
}

export const sameGroup = (a: string, b: string): boolean => groupNameKey(a) === groupNameKey(b);
