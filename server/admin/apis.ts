import { z } from 'zod';
import { type ApiChanges, changedApi, newApi } from '../apis/create-api.ts';
import { apiFields, type NewApi } from '../apis/validation.ts';
import { bare } from '../apps/validation.ts';
import { AppError } from '../errors.ts';
import { isDocumentUrl } from '../registration/document.ts';
import type { Api } from '../storage.ts';
import { refuseTaken } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { findApi } from './find.ts';
import { expectedRevision, operation } from './operation.ts';
import { at } from './shapes.ts';

const apiShape = z
  .object({
    id: z.string(),
    audience: z.string().describe('The resource indicator, and the aud of its tokens.'),
    name: z.string(),
    scopes: z.array(z.object({ name: z.string(), sentence: z.string() })),
    tokenFormat: z.enum(['jwt', 'opaque']),
    tokenLifetime: z.int().describe('Seconds.'),
    signingAlg: z.enum(['ES256', 'RS256', 'PS256']),
    apps: z.array(
      z.object({
        id: z.string(),
        people: z.array(z.string()),
        machine: z.array(z.string()),
        details: z.array(z.string()).exactOptional(),
      }),
    ),
    introspectedBy: z.array(z.string()),
    detailTypes: z
      .array(z.object({ type: z.string(), sentence: z.string(), schema: z.record(z.string(), z.unknown()) }))
      .exactOptional(),
    createdAt: at,
    updatedAt: at,
    revision: z.int(),
  })
  .meta({ id: 'Api' });

export type ApiFacts = z.output<typeof apiShape>;

const apiRef = z.string().min(1).max(500).describe('Id or audience of an API.');
const oneApi = z.strictObject({ api: apiRef });
const { audience: _audience, ...changeable } = apiFields;
type Changeable = typeof changeable;
const changes = Object.fromEntries(
  Object.entries(changeable).map(([name, field]) => [name, bare(field).nullable().optional()]),
) as { [Name in keyof Changeable]: z.ZodOptional<z.ZodNullable<Changeable[Name]>> };

/** APIs of the installation: what apps get tokens for beside people themselves. Our own API is none of them. */
export const apiOperations = {
  list: operation({
    scope: 'apps:read',
    summary: 'List APIs that apps get tokens for, in order of audience',
    http: 'GET /apis',
    input: z.strictObject({}),
    output: z.object({ items: z.array(apiShape) }),
    run: async ({ storage }) => ({ items: await storage.apis.list() }),
  }),
  show: operation({
    scope: 'apps:read',
    summary: 'Show an API, with the apps that may use it',
    http: 'GET /apis/{api}',
    input: oneApi,
    output: apiShape,
    errors: ['not_found'],
    run: ({ storage }, { api }) => findApi(storage, api),
  }),
  add: operation({
    scope: 'apps:write',
    summary: 'Define an API: its audience, its scopes, and which apps may have them',
    http: 'POST /apis',
    input: z.strictObject(apiFields),
    output: apiShape,
    errors: ['not_found'],
    changes: 'api.added',
    async run(context, input) {
      const api = newApi(input as NewApi, { issuer: context.issuer, now: context.now() });
      await requireApps(context, api);
      context.note({ after: api, details: { api: api.id } });
      await context.storage.apis.insert(api).catch(refuseTaken('audience', 'another API'));
      return api;
    },
  }),
  update: operation({
    scope: 'apps:write',
    summary: 'Change an API; its audience stays',
    description:
      'What is left out stays. What apps may have no more, they get no more, also with a refresh token.',
    http: 'PATCH /apis/{api}',
    input: z.strictObject({ ...changes, api: apiRef, revision: expectedRevision }),
    output: apiShape,
    errors: ['not_found', 'conflict'],
    changes: 'api.changed',
    async run(context, { api: ref, revision, ...said }) {
      const before = await findApi(context.storage, ref);
      const after = changedApi(before, said as ApiChanges, { issuer: context.issuer, now: context.now() });
      await requireApps(context, after, before);
      context.note({ before, after, details: { api: before.id } });
      if (!(await context.storage.apis.update(after, revision ?? before.revision)))
        throw new AppError('conflict', { detail: before.id });
      return after;
    },
  }),
  remove: operation({
    scope: 'apps:write',
    summary: 'Remove an API: no app gets a token for it, and opaque ones are worth nothing at once',
    description: 'Tokens that the API verifies itself run out at their own time.',
    http: 'DELETE /apis/{api}',
    input: oneApi,
    output: z.object({ removed: z.literal(true) }),
    errors: ['not_found'],
    changes: 'api.removed',
    async run(context, { api: ref }) {
      const api = await findApi(context.storage, ref);
      context.note({ before: api, details: { api: api.id } });
      await context.storage.apis.remove(api.id);
      return { removed: true as const };
    },
  }),
};

/** A slip would let another app in one day. Those that it had already may have been removed since. @throws AppError `not_found` */
async function requireApps({ storage }: AdminContext, api: Api, before?: Api): Promise<void> {
  const named = (one: Api) => [...one.apps.map(({ id }) => id), ...one.introspectedBy];
  const known = before ? named(before) : [];
  // One that describes itself is stored nowhere.
  for (const id of new Set(named(api).filter((one) => !known.includes(one))))
    if (!isDocumentUrl(id) && !(await storage.apps.findById(id)))
      throw new AppError('not_found', { field: 'apps', detail: `there is no app "${id}"` });
}
