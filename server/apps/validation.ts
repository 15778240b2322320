import { z } from 'zod';
import { AppError } from '../errors.ts';
import { apiScopes } from './api-scopes.ts';
import type { AppKind } from './app.ts';
import { certificateSubject, checkCertificates } from './certificate-subject.ts';
import { checkCiba, ciba } from './ciba.ts';
import { claimName } from './claim-name.ts';
import { forwardAuthSchema } from './forward-auth.ts';
import { idTokenAlgorithms } from './id-token-algorithms.ts';
import { checkAddresses, checkKeys, checkKind, checkLogout } from './kind-rules.ts';
import { publicKeys } from './public-keys.ts';
import { isRegisteredId } from './registered-id.ts';
import { checkSubjects } from './sector.ts';
import { securityFields } from './security.ts';
import { checkSecurity } from './security-rules.ts';
import { checkStart } from './sign-in-start.ts';
import { tokenExchange } from './token-exchange.ts';

/** Scopes that an app may be allowed, `openid` first. */
export const knownScopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

/** Classes that an app may ask for by itself (OpenID EAP ACR Values 1.0). */
const namedAcr = ['phr', 'phrh'] as const;

export const appKinds = [
  'web',
  'browser',
  'native',
  'machine',
  'device',
  'proxied',
] as const satisfies AppKind[];

/** How an app with a server of its own, or a machine, shows who it is (RFC 6749 §2.3.1, RFC 7523 §2.2, RFC 8705 §2). */
const authMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

// Bidirectional controls and line breaks would let a name look like another one on the consent page.
const plainText = /^[^\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+$/u;
const seconds = z.int('must be a whole number of seconds').min(60, 'must be at least 60 seconds').optional();

const logoutFields = {
  backchannelLogoutUri: z.string().optional(),
  backchannelLogoutSessionRequired: z.boolean('must be true or false').optional(),
  frontchannelLogoutUri: z.string().optional(),
  frontchannelLogoutSessionRequired: z.boolean('must be true or false').optional(),
};

export const appFields = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/,
      'must be 3 to 64 letters, digits, dots, hyphens or underscores',
    )
    .refine(
      (id) => id !== 'demo' && !id.startsWith('latchkey-'),
      'is kept for the apps that the server makes itself',
    )
    .refine((id) => !isRegisteredId(id), 'is kept for an app that registers by itself')
    .optional(),
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must be at most 100 characters')
    .regex(plainText, 'must be one line without control characters'),
  kind: z.enum(appKinds, `must be one of ${appKinds.join(', ')}`),
  redirectUris: z.array(z.string()).max(50, 'must be at most 50').default([]),
  postLogoutRedirectUris: z.array(z.string()).max(50, 'must be at most 50').default([]),
  scopes: z.array(z.enum(knownScopes, `must be of ${knownScopes.join(', ')}`)).optional(),
  tokenEndpointAuthMethod: z.enum(authMethods, `must be one of ${authMethods.join(', ')}`).optional(),
  consent: z.enum(['explicit', 'implicit'], 'must be explicit or implicit').default('explicit'),
  pkce: z.enum(['required', 'optional', 'off'], 'must be required, optional or off').default('required'),
  idTokenSignedResponseAlg: z
    .enum(idTokenAlgorithms, `must be one of ${idTokenAlgorithms.join(', ')}`)
    .default('ES256'),
  lifetimes: z.strictObject({ accessToken: seconds, refreshToken: seconds, session: seconds }).default({}),
  defaultAcrValues: z
    .array(z.enum(namedAcr, `must be ${namedAcr.join(' or ')}`))
    .max(namedAcr.length)
    .optional(),
  defaultMaxAge: z
    .int('must be a whole number of seconds')
    .min(0, 'must be 0 or more seconds')
    .optional()
    .describe(
      'Seconds after which people sign in anew, where its request has no max_age (OIDC Core §3.1.2.1).',
    ),
  initiateLoginUri: z
    .string()
    .optional()
    .describe('Where a sign-in to it begins (OIDC Core §4): people are led there from their account page.'),
  logoUri: z
    .string()
    .refine((uri) => URL.parse(uri)?.protocol === 'https:', 'must be an https address')
    .optional(),
  ...logoutFields,
  ciba: ciba.optional(),
  subjectType: z
    .enum(['public', 'pairwise'], 'must be public or pairwise')
    .optional()
    .describe('pairwise: it knows people by a sub that no app of another sector is told (OIDC Core §8).'),
  sectorIdentifierUri: z
    .string()
    .optional()
    .describe(
      'Of a pairwise app: leads to a JSON array with the redirect addresses of all apps of its sector.',
    ),
  clientCertificate: certificateSubject.optional(),
  certificateBoundAccessTokens: z.boolean('must be true or false').optional(),
  allowedGroups: names(/^[^\s]{1,64}$/u, 'must be ids of groups').optional(),
  claims: names(claimName, 'must be names of claims').optional(),
  apiScopes: z
    .array(z.enum(apiScopes, `must be of ${apiScopes.join(', ')}`))
    .min(1, 'must hold at least one scope: leave it out where there is none')
    .transform(withoutRepeats)
    .optional(),
  tokenExchange: tokenExchange.optional(),
  jwks: publicKeys.optional(),
  jwksUri: z.string().optional(),
  forwardAuth: forwardAuthSchema.optional(),
  security: securityFields.optional(),
});

/** Leaving a list out says that there is none: an empty one could be meant either way. */
function names(pattern: RegExp, message: string) {
  return z
    .array(z.string().regex(pattern, message))
    .min(1, 'must hold at least one: leave it out where there is none')
    .max(100, 'must be at most 100')
    .transform(withoutRepeats);
}

function withoutRepeats<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}

/** What an administrator says of a new app. */
export type NewApp = z.input<typeof appFields>;
export type CheckedApp = z.output<typeof appFields>;

const newAppSchema = appFields
  .superRefine(checkAddresses)
  .superRefine(checkKind)
  .superRefine(checkKeys)
  .superRefine(checkLogout)
  .superRefine(checkStart)
  .superRefine(checkCiba)
  .superRefine(checkSubjects)
  .superRefine(checkCertificates)
  .superRefine(checkSecurity);

/** Of a new app, or of one as it shall be. @throws AppError `field_invalid` with the field, and in its detail every reason */
export function checkNewApp(input: NewApp): CheckedApp {
  return checked(newAppSchema, input);
}

const { id: _id, kind: _kind, ...changeable } = appFields.shape;
type Changeable = typeof changeable;

/** Every field of a new app but its id and its kind, none of them needed and none with a default. */
export const appChangeFields = Object.fromEntries(
  Object.entries(changeable).map(([name, field]) => [name, bare(field).nullable().optional()]),
) as { [Name in keyof Changeable]: z.ZodOptional<z.ZodNullable<Changeable[Name]>> };

/** A field as it is when something is said of it. */
export function bare(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional
    ? bare(field.unwrap() as z.ZodType)
    : field;
}

/** What shall be different: `null` takes away what may be absent. */
export type AppChanges = {
  [Name in Exclude<keyof NewApp, 'id' | 'kind'>]?: NewApp[Name] | null;
};

/** @throws AppError `field_invalid`, as `checkNewApp` */
export function checkChangedApp(said: NewApp, changes: AppChanges): CheckedApp {
  for (const field of ['id', 'kind'])
    if (field in changes)
      throw new AppError('field_invalid', { field, detail: `${field} cannot be changed: make another app` });
  const entries = Object.entries({ ...said, ...changes }).filter(([, value]) => value !== null);
  return checkNewApp(Object.fromEntries(entries) as NewApp);
}

function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new AppError('field_invalid', {
    field: String(first?.path[0] ?? 'app'),
    detail: result.error.issues.map(sentence).join('\n'),
    problems: result.error.issues.map((issue) => ({ field: fieldOf(issue), message: issue.message })),
  });
}

const sentence = (issue: z.core.$ZodIssue): string => `${fieldOf(issue)} ${issue.message}`;

const fieldOf = ({ path }: z.core.$ZodIssue): string =>
  path.filter((part) => typeof part === 'string').join('.') || 'app';
