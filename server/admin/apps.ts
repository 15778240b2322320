import { z } from 'zod';
import { newSecret, takesSecret, withoutSecret, withRotatedSecret } from '../apps/app-secret.ts';
import { withChanges } from '../apps/change-app.ts';
import { newApp } from '../apps/create-app.ts';
import { guidesFor } from '../apps/guides/guides.ts';
import { removeApps } from '../apps/remove-apps.ts';
import { requireSectorDocument } from '../apps/sector-document.ts';
import { type AppChanges, appChangeFields, appFields } from '../apps/validation.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { App, Page } from '../storage.ts';
import { appToActOn, refuseTaken } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { appRefusalOperations } from './app-refusals.ts';
import { findApp } from './find.ts';
import { appRef, expectedRevision, operation, pageOf, pageQuery } from './operation.ts';
import { requireMayGrant } from './permission.ts';
import { requireAlgorithm } from './require-algorithm.ts';
import { requireConsent, requireMayBecome, requireMayImpersonate } from './require-consent.ts';
import { requireGroups } from './require-groups.ts';
import { changesSubjects, endFormerSubjects } from './require-subjects.ts';
import { appShape } from './shapes.ts';

const hour = 60 * 60 * 1000;
/** The app as it would be is checked as a new one is. */
const appChanges = z.strictObject({
  ...appChangeFields,
  id: appRef,
  newSubjects: z
    .boolean()
    .exactOptional()
    .describe('Also where people who used the app are told it by another sub: all its grants end then.'),
  revision: expectedRevision,
});
const guideShape = z.object({
  id: z.string(),
  name: z.string(),
  about: z.string(),
  files: z.array(z.object({ name: z.string(), language: z.string(), text: z.string() })).readonly(),
  steps: z.array(z.string()).readonly(),
  tested: z.boolean().describe('Whether this very text is run with that software before each release.'),
  missingRedirectUri: z
    .string()
    .exactOptional()
    .describe('An address to add: the software insists on its path.'),
});
const oneApp = z.strictObject({ id: appRef });
const secret = z.string().describe('The client secret, shown this once: it is kept nowhere.');

export const appOperations = {
  list: operation({
    scope: 'apps:read',
    forAppAdministrators: true,
    summary:
      'List apps in order of client id, or find them by the beginnings of client id and words of the name',
    http: 'GET /apps',
    input: z.strictObject({ text: z.string().trim().max(200).exactOptional(), ...pageQuery }),
    output: pageOf(appShape),
    run: listApps,
  }),
  show: operation({
    scope: 'apps:read',
    appOf: ({ id }) => id,
    summary: 'Show an app',
    http: 'GET /apps/{id}',
    input: oneApp,
    output: appShape,
    errors: ['not_found'],
    run: ({ storage }, { id }) => findApp(storage, id),
  }),
  add: operation({
    scope: 'apps:write',
    summary: 'Register an app',
    description: 'In whose place it may stand is for who has the scope `system:write`.',
    http: 'POST /apps',
    input: appFields,
    output: z.object({ app: appShape, secret: secret.optional() }),
    errors: ['not_found'],
    changes: 'app.added',
    async run(context, input) {
      const { storage, permissions, hash, now, note } = context;
      const { app, secret } = newApp(input, { hash, now: now() });
      requireMayGrant(permissions, app);
      requireMayImpersonate(permissions, app);
      await requireAlgorithm(context, app);
      await requireGroups(context, app);
      await requireSectorDocument(context.askAddress, app);
      note({ appId: app.id, after: app });
      await storage.apps.insert(app).catch(refuseTakenApp);
      return { app, ...(secret !== undefined && { secret }) };
    },
  }),
  guides: operation({
    scope: 'apps:read',
    appOf: ({ id }) => id,
    summary: 'Give the settings of common libraries and servers for this app, to copy',
    http: 'GET /apps/{id}/guides',
    input: oneApp,
    output: z.object({ guides: z.array(guideShape) }),
    errors: ['not_found'],
    run: async ({ storage, issuer }, { id }) => ({
      guides: guidesFor({ issuer, app: await findApp(storage, id) }),
    }),
  }),
  ...appRefusalOperations,
  remove: operation({
    scope: 'apps:write',
    summary: 'Remove an app: its codes, tokens and grants end at once',
    description: 'Other apps and APIs that name it do so no more.',
    http: 'DELETE /apps/{id}',
    input: oneApp,
    output: z.object({ removed: z.literal(true), ended: z.int() }),
    errors: ['not_found'],
    changes: 'app.removed',
    async run(context, { id }) {
      await appToActOn(context, id);
      const ended = await removeApps({ ...context.storage, now: context.now }, [id]);
      context.note({ details: { ended } });
      return { removed: true as const, ended };
    },
  }),
  update: operation({
    scope: 'apps:write',
    appOf: ({ id }) => id,
    summary: 'Change an app',
    description:
      'What is left out stays; `null` takes away what may be absent. Who uses it is asked as before. That nobody is asked, and which attributes it is told, is for who administers every app; in whose place it may stand, for who has the scope `system:write`; and so is, once it may, how it shows who it is and where it is answered.',
    http: 'PATCH /apps/{id}',
    input: appChanges,
    output: appShape,
    errors: ['not_found', 'conflict'],
    changes: 'app.changed',
    async run(context, { id, revision, newSubjects: meant = false, ...changes }) {
      const app = await appToActOn(context, id);
      const next = withChanges(app, changes as AppChanges, context.now());
      requireMayGrant(context.permissions, next);
      await requireAlgorithm(context, next);
      requireConsent(context.permissions, app, next);
      requireMayImpersonate(context.permissions, next, app);
      requireMayBecome(context.permissions, next, app);
      await requireGroups(context, next, app);
      await requireSectorDocument(context.askAddress, next, app);
      const hasOthers = await changesSubjects(context, { before: app, after: next, meant });
      const change = { before: app, after: next, revision };
      context.note({ before: app, after: next });
      if (hasOthers) context.note({ details: { ended: await endFormerSubjects(context, change) } });
      return save(context, change);
    },
  }),
  rotateSecret: operation({
    scope: 'apps:write',
    appOf: ({ id }) => id,
    summary: 'Make another client secret beside the one before, which ends after some hours',
    description: 'Of an app that may stand in the place of people: for who has the scope `system:write`.',
    http: 'POST /apps/{id}/secrets',
    input: z.strictObject({
      id: appRef,
      previousHours: z.number().min(0).max(8760).default(24).describe('How long the one before goes on.'),
      revision: expectedRevision,
    }),
    output: z.object({ app: appShape, secret }),
    errors: ['not_found', 'conflict'],
    changes: 'app.changed',
    async run(context, { id, previousHours, revision }) {
      const app = await appToActOn(context, id);
      requireMayBecome(context.permissions, app);
      if (!takesSecret(app))
        throw new AppError('field_invalid', {
          field: 'app',
          detail: `this ${app.kind} app has no secret: it proves itself by ${app.tokenEndpointAuthMethod}`,
        });
      const at = context.now();
      const { secret, value } = newSecret({ hash: context.hash, now: at });
      context.note({ details: { secret: secret.id, previousHours } });
      const previousEndsAt = at + previousHours * hour;
      const rotated = withRotatedSecret(app, { secret, now: at, previousEndsAt });
      return { app: await save(context, { before: app, after: rotated, revision }), secret: value };
    },
  }),
  removeSecret: operation({
    scope: 'apps:write',
    appOf: ({ id }) => id,
    summary: 'End one of the secrets of an app at once',
    http: 'DELETE /apps/{id}/secrets/{secretId}',
    input: z.strictObject({ id: appRef, secretId: z.string().min(1).max(200) }),
    output: appShape,
    errors: ['not_found', 'conflict'],
    changes: 'app.changed',
    async run(context, { id, secretId }) {
      const app = await appToActOn(context, id);
      if (!app.secrets.some((secret) => secret.id === secretId))
        throw new AppError('not_found', { field: 'secretId', detail: 'there is no such secret' });
      context.note({ details: { secretRemoved: secretId } });
      return save(context, { before: app, after: withoutSecret(app, secretId, context.now()) });
    },
  }),
};

/** Client ids are of one app each, and so are the addresses of sites behind gateways. */
function refuseTakenApp(error: unknown): never {
  const isOrigin = error instanceof ConflictError && error.field === 'proxiedOrigins';
  return refuseTaken(isOrigin ? 'forwardAuth.origins' : 'id', 'another app')(error);
}

/** @throws AppError `conflict`, and `field_invalid` for an address that is another app's */
async function save(
  { storage }: AdminContext,
  { before, after, revision = before.revision }: { before: App; after: App; revision?: number | undefined },
): Promise<App> {
  const isChanged = await storage.apps.update(after, revision).catch(refuseTakenApp);
  if (!isChanged) throw new AppError('conflict', { detail: before.id });
  return after;
}

/** Who administers single apps sees these alone. */
async function listApps(
  { storage, permissions }: AdminContext,
  { text, ...query }: { text?: string; after?: string; limit: number },
): Promise<Page<App>> {
  if (permissions.scopes.has('apps:read'))
    return text ? storage.apps.search({ ...query, text }) : storage.apps.list(query);
  const ids = [...permissions.readableApps].filter((id) => id > (query.after ?? '')).sort();
  const found = await Promise.all(ids.slice(0, query.limit).map((id) => storage.apps.findById(id)));
  const items = found.filter((app) => app !== undefined);
  const next = ids.length > query.limit ? ids[query.limit - 1] : undefined;
  return { items, ...(next !== undefined && { next }) };
}
