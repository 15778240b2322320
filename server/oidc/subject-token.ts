/** Access tokens of ours that an app brings to be exchanged (RFC 8693 §2.1), and whether they stand. */
import { createLocalJWKSet, type JWK, errors as joseErrors, jwtVerify } from 'jose';
import type { AccessToken, Client, Grant, Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Detail } from '../apis/details.ts';
import type { Basis } from '../sign-ins/standing.ts';
import type { KeySet } from './keys.ts';

/** Whoever acts for somebody, and for whom they act themselves (RFC 8693 §4.1). */
export interface Actor {
  sub: string;
  act?: Actor | undefined;
}

const actor: z.ZodType<Actor> = z.lazy(() => z.object({ sub: z.string(), act: actor.optional() }));

const claims = z.object({
  client_id: z.string().min(1),
  aud: z.string().min(1),
  grant_id: z.string().min(1),
  scope: z.string().default(''),
  iat: z.int(),
  exp: z.int(),
  acr: z.string().optional(),
  auth_time: z.int().optional(),
  sign_in_id: z.string().optional(),
  act: actor.optional(),
  authorization_details: z.array(z.looseObject({ type: z.string() })).optional(),
  cnf: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).optional(),
});

/** What a token says, of a person and for an API. */
export type SubjectToken = z.output<typeof claims>;

/** Who is where in a token: the app that the person allowed something comes first. */
export const chainOf = (root: string, act: Actor | undefined): string[] =>
  act ? [...chainOf(root, act.act), act.sub] : [root];

export interface ReaderDependencies {
  issuer: string;
  /** As they sign: only what is public of them is used. */
  keys: KeySet;
  now: () => number;
}

const algorithms = ['ES256', 'RS256', 'PS256'];

/** `undefined` for everything that is no access token of ours, of a person and for an API, in force this second. */
export function createSubjectReader(provider: Provider, { issuer, keys, now }: ReaderDependencies) {
  const keySet = createLocalJWKSet({ keys: keys.keys.map(publicPart) });
  const signed = async (token: string): Promise<unknown> => {
    try {
      const how = { issuer, typ: 'at+jwt', algorithms, requiredClaims: ['exp', 'iat', 'jti'] };
      return (await jwtVerify(token, keySet, { ...how, currentDate: new Date(now()) })).payload;
    } catch (error) {
      if (error instanceof joseErrors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  };
  return async (presented: string): Promise<SubjectToken | undefined> => {
    const isJwt = presented.includes('.');
    const said = isJwt ? await signed(presented) : claimsOf(await provider.AccessToken.find(presented));
    const { success, data } = claims.safeParse(said);
    return success && data.exp > Math.floor(now() / 1000) ? data : undefined;
  };
}

const publicPart = ({ kty, crv, x, y, n, e, kid, alg }: KeySet['keys'][number]): JWK =>
  JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid, alg, use: 'sig' }));

/** What is stored of an opaque one, as a JWT would say it. */
function claimsOf(token: AccessToken | undefined): unknown {
  if (!token?.accountId) return undefined;
  const { clientId, aud, scope, iat, exp, extra = {}, grantId, jkt, rar } = token as Stored;
  const x5t = token['x5t#S256'];
  return {
    ...extra,
    ...{ client_id: clientId, aud, scope, iat, exp, authorization_details: rar },
    grant_id: grantId ?? extra.grant_id,
    ...((jkt || x5t) && { cnf: { jkt, 'x5t#S256': x5t } }),
  };
}

type Stored = AccessToken & { extra?: Record<string, unknown>; rar?: Detail[]; jkt?: string };

export interface StandingDependencies {
  provider: Provider;
  /** Whether account and passkey of a sign-in are still there. */
  isStanding: (basis: Basis) => Promise<boolean>;
}

/**
 * The grant that a token stands on, where the app that it was given to still has it, the person is there and every
 * passkey that signed in for it, and each app of the chain may still exchange tokens of the one before it.
 */
export async function standingGrant(
  { provider, isStanding }: StandingDependencies,
  { client_id, grant_id, act }: Pick<SubjectToken, 'client_id' | 'grant_id' | 'act'>,
): Promise<Grant | undefined> {
  const grant = await provider.Grant.find(grant_id);
  const { accountId: sub, clientId: root, quoted = [] } = grant ?? {};
  if (!grant || sub === undefined || root === undefined) return undefined;
  const chain = chainOf(root, act);
  if (chain.at(-1) !== client_id || !(await mayAct(provider, chain))) return undefined;
  const passkeys = quoted.flatMap(({ passkeyId }) => passkeyId ?? []);
  const standing = await Promise.all(passkeys.map((passkeyId) => isStanding({ sub, passkeyId })));
  return standing.every(Boolean) ? grant : undefined;
}

async function mayAct(provider: Provider, chain: readonly string[]): Promise<boolean> {
  const clients = await Promise.all(chain.map((id) => provider.Client.find(id)));
  return clients.every((client, index) => {
    const before = chain[index - 1];
    return client !== undefined && (before === undefined || exchanges(client, before));
  });
}

/** Whether an app may exchange tokens of another one. */
export const exchanges = (client: Client, of: string): boolean =>
  ((client.latchkey_token_exchange ?? []) as string[]).includes(of);
