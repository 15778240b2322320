import { z } from 'zod';
import { AppError } from '../errors.ts';
import { redirectUriProblem } from './redirect-uri.ts';

/** Scopes that an app may be allowed, `openid` first. */
export const knownScopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

const kinds = ['web', 'browser', 'native', 'machine'] as const;
// Bidirectional controls and line breaks would let a name look like another one on the consent page.
const plainText = /^[^\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+$/u;
const seconds = z.int('must be a whole number of seconds').min(60, 'must be at least 60 seconds').optional();

const fields = z.strictObject({
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
    .optional(),
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must be at most 100 characters')
    .regex(plainText, 'must be one line without control characters'),
  kind: z.enum(kinds, `must be one of ${kinds.join(', ')}`),
  redirectUris: z.array(z.string()).max(50, 'must be at most 50').default([]),
  postLogoutRedirectUris: z.array(z.string()).max(50, 'must be at most 50').default([]),
  scopes: z.array(z.enum(knownScopes, `must be of ${knownScopes.join(', ')}`)).optional(),
  tokenEndpointAuthMethod: z
    .enum(['client_secret_basic', 'client_secret_post'], 'must be client_secret_basic or client_secret_post')
    .optional(),
  consent: z.enum(['explicit', 'implicit'], 'must be explicit or implicit').default('explicit'),
  pkce: z.enum(['required', 'optional'], 'must be required or optional').default('required'),
  idTokenSignedResponseAlg: z
    .enum(['ES256', 'RS256', 'PS256'], 'must be ES256, RS256 or PS256')
    .default('ES256'),
  lifetimes: z.strictObject({ accessToken: seconds, refreshToken: seconds, session: seconds }).default({}),
  logoUri: z
    .string()
    .refine((uri) => URL.parse(uri)?.protocol === 'https:', 'must be an https address')
    .optional(),
});

/** What an administrator says of a new app. */
export type NewApp = z.input<typeof fields>;
export type CheckedApp = z.output<typeof fields>;

type Context = z.core.$RefinementCtx<CheckedApp>;

const newAppSchema = fields.superRefine(checkAddresses).superRefine(checkKind);

/** @throws AppError `field_invalid` with the field, and in its detail every reason */
export function checkNewApp(input: NewApp): CheckedApp {
  const result = newAppSchema.safeParse(input);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new AppError('field_invalid', {
    field: String(first?.path[0] ?? 'app'),
    detail: result.error.issues.map(sentence).join('\n'),
  });
}

function sentence({ path, message }: z.core.$ZodIssue): string {
  return `${path.filter((part) => typeof part === 'string').join('.') || 'app'} ${message}`;
}

function checkAddresses(app: CheckedApp, context: Context): void {
  for (const field of ['redirectUris', 'postLogoutRedirectUris'] as const)
    for (const [index, uri] of app[field].entries()) {
      const problem = redirectUriProblem(uri, app.kind);
      if (problem) context.addIssue({ code: 'custom', path: [field, index], message: `${uri} ${problem}` });
    }
  if (app.kind !== 'machine' && app.redirectUris.length === 0)
    context.addIssue({ code: 'custom', path: ['redirectUris'], message: 'must have at least one address' });
}

function checkKind(app: CheckedApp, context: Context): void {
  const confidential = app.kind === 'web' || app.kind === 'machine';
  if (app.pkce === 'optional' && app.kind !== 'web')
    context.addIssue({
      code: 'custom',
      path: ['pkce'],
      message:
        'may be optional only for a web app, which has a secret and must send a nonce (RFC 9700 §2.1.1)',
    });
  if (app.tokenEndpointAuthMethod && !confidential)
    context.addIssue({
      code: 'custom',
      path: ['tokenEndpointAuthMethod'],
      message: `is for apps with a secret: a ${app.kind} app has none`,
    });
  if (app.scopes && app.kind !== 'machine' && !app.scopes.includes('openid'))
    context.addIssue({ code: 'custom', path: ['scopes'], message: 'must include openid' });
  if (app.scopes && app.kind === 'machine')
    context.addIssue({ code: 'custom', path: ['scopes'], message: 'are about people: a machine has none' });
}
