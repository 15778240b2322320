import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { type ApiScope, apiResource, apiScopes } from '../apps/api-scopes.ts';
import { AppError } from '../errors.ts';
import type { KeySet } from './keys.ts';

/** What a token for our API says, and nothing of whether that still holds. */
export interface ApiToken {
  clientId: string;
  scopes: ApiScope[];
  issuedAtSeconds: number;
  /** SHA-256 of the certificate that it is good with alone, base64url (RFC 8705 §3.1). */
  boundTo?: string;
  /** Thumbprint of the key that it is good with alone (RFC 9449 §6.1). */
  boundToKey?: string;
  /** Of the person; absent where an app speaks for itself. */
  person?: {
    sub: string;
    /** With it the token ends. */
    grantId: string;
    signInId?: string;
    /** Milliseconds. */
    signedInAt: number;
    acr: string;
  };
}

export type VerifyApiToken = (token: string) => Promise<ApiToken>;

interface VerifierDependencies {
  issuer: string;
  /** The installation's own of the moment, as they sign: only what is public of them is used. */
  keys: () => KeySet;
  now: () => number;
}

/** Seconds that clocks of several instances may differ by. */
const clockTolerance = 5;

const claims = z.object({
  client_id: z.string().min(1),
  sub: z.string().min(1),
  iat: z.number(),
  scope: z.string().default(''),
  grant_id: z.string().exactOptional(),
  sign_in_id: z.string().exactOptional(),
  auth_time: z.int().exactOptional(),
  acr: z.string().exactOptional(),
  // Bound in a way that is not known here, it is no token: whoever has it could not be asked.
  cnf: z
    .strictObject({ 'x5t#S256': z.string().min(1).exactOptional(), jkt: z.string().min(1).exactOptional() })
    .exactOptional(),
});

/**
 * Verifies access tokens for our API (RFC 9068 §4) with the installation's own keys, without asking anybody. Whether app,
 * person and grant are still there is for the caller to look at: see `createApiCallers`.
 * @throws AppError `token_invalid` for everything that is not such a token, in force
 */
export function createApiTokenVerifier({ issuer, keys, now }: VerifierDependencies): VerifyApiToken {
  const keySet = createKeySet(keys);
  const expected = {
    issuer,
    audience: apiResource(issuer),
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'iat', 'jti'],
    clockTolerance,
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keySet(), { ...expected, currentDate: new Date(now()) });
      return tokenOf(payload);
    } catch (cause) {
      if (!(cause instanceof errors.JOSEError || cause instanceof z.ZodError || cause instanceof TypeError))
        throw cause;
      throw new AppError('token_invalid', { detail: cause.message, cause });
    }
  };
}

/** Made anew where the keys are others. */
function createKeySet(keys: VerifierDependencies['keys']): () => ReturnType<typeof createLocalJWKSet> {
  let known: KeySet | undefined;
  let keySet = createLocalJWKSet({ keys: [] });
  return () => {
    const now = keys();
    if (now !== known)
      keySet = createLocalJWKSet({ keys: now.keys.filter(({ alg }) => alg === 'ES256').map(publicPart) });
    known = now;
    return keySet;
  };
}

const publicPart = ({ kty, crv, x, y, kid, alg }: KeySet['keys'][number]): JWK =>
  ({ kty, crv, x, y, kid, alg, use: 'sig' }) as JWK;

function tokenOf(payload: JWTPayload): ApiToken {
  const { client_id: clientId, sub, scope, grant_id: grantId, iat, ...rest } = claims.parse(payload);
  const said = scope.split(' ');
  const boundTo = rest.cnf?.['x5t#S256'];
  const scopes = apiScopes.filter((each) => said.includes(each));
  const boundToKey = rest.cnf?.jkt;
  const bound = {
    ...(boundTo !== undefined && { boundTo }),
    ...(boundToKey !== undefined && { boundToKey }),
  };
  const token = { clientId, scopes, issuedAtSeconds: iat, ...bound };
  // RFC 9068 §5: an app that speaks for itself has its own id as `sub`, and no grant of anybody.
  if (grantId === undefined && sub === clientId) return token;
  const { sign_in_id: signInId, auth_time: authTime, acr } = rest;
  if (grantId === undefined || authTime === undefined || acr === undefined)
    throw new errors.JWTInvalid('the token says nothing of the sign-in that it stands on');
  const signedIn = { signedInAt: authTime * 1000, acr, ...(signInId !== undefined && { signInId }) };
  return { ...token, person: { sub, grantId, ...signedIn } };
}
