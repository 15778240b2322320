import { z } from 'zod';
import { apiScopes } from '../apps/api-scopes.ts';
import { knownScopes } from '../apps/validation.ts';
import { AppError } from '../errors.ts';
import { oneLine } from '../one-line.ts';
import type { Api } from './api.ts';
import { detailSchema } from './detail-schema.ts';

/** They mean people, or this installation itself, wherever they are asked for. */
const taken = new Set<string>([...knownScopes, ...apiScopes, 'address', 'phone']);

/** RFC 6749 §3.3, and no longer than what stands in an address. */
const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, 'must be a scope: no spaces, no quotes, no backslashes')
  .refine((name) => !taken.has(name), 'has a meaning of its own already');

const clientId = z.string().regex(/^[\x21-\x7E]{1,200}$/, 'must be a client id');
const typeName = oneLine(100).regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'must hold no spaces and no quotes');

const allowedApp = z.strictObject({
  id: clientId,
  people: z.array(scopeName).max(100).default([]).describe('Scopes it may ask people for.'),
  machine: z.array(scopeName).max(100).default([]).describe('Scopes it may have for itself.'),
  details: z
    .array(typeName)
    .min(1, 'must hold at least one: leave it out where there is none')
    .max(20)
    .exactOptional()
    .describe('Types of authorization details that it may ask people for.'),
});

/** What an administrator says of an API. */
export const apiFields = {
  audience: z
    .string()
    .max(500, 'must be at most 500 characters')
    .refine(isAudience, 'must be an absolute URI without a fragment, such as https://api.example.com')
    .describe('The resource indicator (RFC 8707), and the aud of its tokens.'),
  name: oneLine(100),
  scopes: z
    .array(z.strictObject({ name: scopeName, sentence: oneLine(200) }))
    .min(1, 'must hold at least one scope')
    .max(100, 'must be at most 100')
    .describe('Each with the sentence that people read when they are asked.'),
  tokenFormat: z
    .enum(['jwt', 'opaque'], 'must be jwt or opaque')
    .default('jwt')
    .describe('jwt: the API verifies tokens itself; opaque: it asks about them'),
  tokenLifetime: z
    .int('must be a whole number of seconds')
    .min(60, 'must be at least 60 seconds')
    .max(86_400, 'must be at most a day')
    .default(600)
    .describe('Seconds; it may only lower what the installation allows.'),
  signingAlg: z.enum(['ES256', 'RS256', 'PS256'], 'must be ES256, RS256 or PS256').default('ES256'),
  apps: z.array(allowedApp).max(200, 'must be at most 200').default([]),
  introspectedBy: z
    .array(clientId)
    .max(20, 'must be at most 20')
    .default([])
    .describe('Client ids of the API itself: these may ask about its tokens.'),
  detailTypes: z
    .array(z.strictObject({ type: typeName, sentence: oneLine(200), schema: detailSchema }))
    .min(1, 'must hold at least one: leave it out where there is none')
    .max(20, 'must be at most 20')
    .optional()
    .describe('Types of authorization details (RFC 9396).'),
};

const newApi = z.strictObject(apiFields).superRefine(checkTogether);
export type NewApi = z.input<typeof newApi>;
export type CheckedApi = z.output<typeof newApi>;

/** Of a new API, or of one as it shall be. @throws AppError `field_invalid` with every reason */
export function checkApi(input: NewApi, { issuer }: { issuer: string | undefined }): CheckedApi {
  const { success, data, error } = newApi.safeParse(input);
  if (!success)
    throw refusal(error.issues.map(({ path, message }) => ({ field: path.join('.') || 'api', message })));
  if (issuer !== undefined && isOwn(data.audience, issuer))
    throw refusal([{ field: 'audience', message: 'is of this installation itself' }]);
  return data;
}

function refusal(problems: { field: string; message: string }[]): AppError {
  return new AppError('field_invalid', {
    field: problems[0]?.field.split('.')[0] ?? 'api',
    detail: problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    problems,
  });
}

/** RFC 8707 §2. It is an identifier: nothing is ever fetched from it. */
function isAudience(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && !value.includes('#') && /^[\x21-\x7E]+$/.test(value) && url.username === '';
}

/** Nobody is given a token for our own API, or one that could be taken for one of ours, by defining an API. */
function isOwn(audience: string, issuer: string): boolean {
  const { origin, host } = new URL(audience);
  const own = new URL(issuer);
  return host === own.host || origin === own.origin;
}

function checkTogether(
  api: Pick<Api, 'scopes' | 'apps'> & { detailTypes?: { type: string }[] | undefined },
  context: Pick<z.core.$RefinementCtx, 'addIssue'>,
): void {
  const scopes = api.scopes.map(({ name }) => name);
  const types = (api.detailTypes ?? []).map(({ type }) => type);
  const say = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  for (const [index] of repeated(scopes)) say(['scopes', index], 'is there twice');
  for (const [index] of repeated(types)) say(['detailTypes', index], 'is there twice');
  for (const [index] of repeated(api.apps.map(({ id }) => id))) say(['apps', index], 'is there twice');
  for (const [index, { people, machine, details = [] }] of api.apps.entries()) {
    for (const scope of [...people, ...machine])
      if (!scopes.includes(scope)) say(['apps', index], `${scope} is no scope of this API`);
    for (const type of details)
      if (!types.includes(type)) say(['apps', index], `${type} is no type of authorization details here`);
  }
}

const repeated = (values: readonly string[]): [index: number, value: string][] =>
  [...values.entries()].filter(([index, value]) => values.indexOf(value) !== index);
