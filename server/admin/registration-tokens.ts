import { z } from 'zod';
import { apiScopes } from '../apps/api-scopes.ts';
import type { App } from '../apps/app.ts';
import { cibaGrant } from '../apps/ciba.ts';
import { appFields, appKinds, knownScopes } from '../apps/validation.ts';
import { AppError } from '../errors.ts';
import { newInitialAccessToken } from '../registration/initial-access-tokens.ts';
import { operation, pageOf, pageQuery } from './operation.ts';
import { requireMayGrant } from './permission.ts';
import { at } from './shapes.ts';

const scopes = [...knownScopes, ...apiScopes] as const;
const hosts = (pattern: RegExp, message: string) =>
  z.array(z.string().regex(pattern, message)).min(1).max(50).exactOptional();

const policyShape = z.object({
  kinds: z.array(z.enum(appKinds)),
  scopes: z.array(z.string()),
  redirectHosts: z.array(z.string()).exactOptional(),
  outboundHosts: z.array(z.string()).exactOptional(),
  pkce: appFields.shape.pkce.unwrap().exactOptional(),
  grantTypes: z.array(z.string()).exactOptional(),
});

const tokenShape = z
  .object({
    id: z.string(),
    name: z.string(),
    policy: policyShape,
    usesLeft: z.int(),
    createdAt: at,
    expiresAt: at,
  })
  .meta({ id: 'RegistrationToken' });

const hour = 60 * 60_000;

/** What lets apps register by themselves (RFC 7591 §3): initial access tokens. */
export const registrationTokenOperations = {
  list: operation({
    scope: 'apps:read',
    summary: 'List the initial access tokens that apps may register with',
    http: 'GET /registration-tokens',
    input: z.strictObject(pageQuery),
    output: pageOf(tokenShape),
    run: ({ storage, now }, query) => storage.initialAccessTokens.list({ ...query, now: now() }),
  }),
  add: operation({
    scope: 'apps:write',
    summary: 'Make an initial access token, with which apps may register',
    description:
      'It is shown this once. Who has it registers so many apps within what it allows; people are asked by each of them.',
    http: 'POST /registration-tokens',
    input: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('What it is for.'),
      kinds: z.array(z.enum(appKinds)).min(1).default(['web', 'native']),
      scopes: z.array(z.enum(scopes)).min(1).default(['openid', 'profile', 'email']),
      redirectHosts: hosts(/^(\*\.)?[a-z0-9._:[\]-]{1,253}$/, 'must be a host, or *.example.com').describe(
        'Hosts of redirect addresses; any where it is left out.',
      ),
      outboundHosts: hosts(/^[a-z0-9._:/-]{1,253}$/, 'must be a host or a CIDR').describe(
        'Private hosts and networks that its addresses may lead to, as far as LATCHKEY_OUTBOUND_ALLOW has them too.',
      ),
      pkce: appFields.shape.pkce
        .unwrap()
        .exactOptional()
        .describe(
          'Of web apps; required where it is left out. Less is for old apps alone (RFC 9700 §2.1.1).',
        ),
      grantTypes: z
        .array(z.enum([cibaGrant]))
        .min(1)
        .exactOptional()
        .describe(
          'Beyond those of its kinds: that web apps may ask for people by themselves, without a browser (CIBA).',
        ),
      uses: z.coerce.number<number | string>().int().min(1).max(10_000).default(1).describe('How many apps.'),
      hours: z.coerce.number<number | string>().int().min(1).max(8760).default(24).describe('How long.'),
    }),
    output: z.object({
      token: tokenShape,
      value: z.string().describe('The token, shown this once: it is kept nowhere.'),
    }),
    changes: 'registration_token.made',
    async run({ storage, permissions, hash, now, note }, input) {
      const {
        name,
        kinds,
        scopes: given,
        redirectHosts,
        outboundHosts,
        pkce,
        grantTypes,
        uses,
        hours,
      } = input;
      const ofApi = apiScopes.filter((scope) => (given as readonly string[]).includes(scope));
      requireMayGrant(permissions, { apiScopes: ofApi } as Pick<App, 'apiScopes'>);
      const policy = {
        kinds,
        scopes: [...new Set(given)],
        ...(redirectHosts && { redirectHosts }),
        ...(outboundHosts && { outboundHosts }),
        ...(pkce && { pkce }),
        ...(grantTypes && { grantTypes }),
      };
      const said = { name, policy, usesLeft: uses, expiresAt: now() + hours * hour };
      const { record, token } = newInitialAccessToken(said, { hash, now: now() });
      note({ details: { initialAccessToken: record.id, uses } });
      await storage.initialAccessTokens.insert(record);
      return { token: record, value: token };
    },
  }),
  remove: operation({
    scope: 'apps:write',
    summary: 'Remove an initial access token; apps that registered with it stay',
    http: 'DELETE /registration-tokens/{id}',
    input: z.strictObject({ id: z.string().min(1).max(100).describe('Id of an initial access token.') }),
    output: z.object({ removed: z.literal(true) }),
    errors: ['not_found'],
    changes: 'registration_token.removed',
    async run({ storage, note }, { id }) {
      note({ details: { initialAccessToken: id } });
      if (!(await storage.initialAccessTokens.remove(id)))
        throw new AppError('not_found', { field: 'id', detail: 'there is no such token' });
      return { removed: true as const };
    },
  }),
};
