/** How apps may ask, and how they are answered: pushed, signed and bound requests, signed and encrypted answers. */
import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { appAlgorithms, encryptionAlgorithms, encryptionMethods } from '../apps/security.ts';
import { boundTokens, proofAlgorithms } from './dpop.ts';
import { isFapi, refuseWeak } from './fapi.ts';

/** Everything is on for every app; what an app must do is said of the app. */
export function requestFeatures({ proofNonceSecret }: { proofNonceSecret: Buffer }) {
  return {
    pushedAuthorizationRequests: { enabled: true },
    dPoP: boundTokens(proofNonceSecret),
    requestObjects: { enabled: true, assertJwtClaimsAndHeader: requireSoundRequest },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    jwtIntrospection: { enabled: true },
    encryption: { enabled: true },
    fapi: { enabled: true, profile: (_ctx, client) => (isFapi(client) ? '2.0' : undefined) },
  } satisfies Configuration['features'];
}

type Jwa = NonNullable<Configuration['enabledJWA']>;

/**
 * By what requests are signed, and answers signed and encrypted. Nothing symmetric: client secrets are kept as hashes.
 * @param signing what there are keys for: all that is signed for an app is signed as its ID tokens are
 */
export const requestAlgorithms = (signing: NonNullable<Jwa['idTokenSigningAlgValues']>) =>
  ({
    idTokenSigningAlgValues: [...signing],
    dPoPSigningAlgValues: [...proofAlgorithms],
    requestObjectSigningAlgValues: [...appAlgorithms],
    // Encrypted requests are not taken: they are pushed over TLS, and no key of ours decrypts.
    requestObjectEncryptionAlgValues: [],
    requestObjectEncryptionEncValues: [],
    userinfoSigningAlgValues: [...signing],
    introspectionSigningAlgValues: [...signing],
    authorizationSigningAlgValues: [...signing],
    idTokenEncryptionAlgValues: [...encryptionAlgorithms],
    idTokenEncryptionEncValues: [...encryptionMethods],
    userinfoEncryptionAlgValues: [...encryptionAlgorithms],
    userinfoEncryptionEncValues: [...encryptionMethods],
    introspectionEncryptionAlgValues: [...encryptionAlgorithms],
    introspectionEncryptionEncValues: [...encryptionMethods],
    authorizationEncryptionAlgValues: [...encryptionAlgorithms],
    authorizationEncryptionEncValues: [...encryptionMethods],
  }) satisfies Jwa;

/** Seconds that a signed request may be valid in all, and that clocks may be ahead. */
const longestRequest = 60 * 60;
const ahead = 60;

/**
 * What oidc-provider leaves open of a request object whose `iss` and `aud` it has looked at (RFC 9101 §6.1, §10.2).
 * The one that a pushed request was turned into is our own.
 * @throws InvalidRequestObject
 */
function requireSoundRequest(
  { oidc }: KoaContextWithOIDC,
  { exp, nbf, iat, jti }: Record<string, unknown>,
  ...[{ alg }, client]: [Record<string, unknown>, Client]
): void {
  if ('PushedAuthorizationRequest' in oidc.entities) return;
  const now = Math.floor(Date.now() / 1000);
  const refuse = (why: string) => {
    throw new errors.InvalidRequestObject(why);
  };
  for (const moment of [nbf, iat])
    if (moment !== undefined && Number(moment) > now + ahead) refuse('the request object is of the future');
  if (exp !== undefined && Number(exp) > now + longestRequest) refuse('exp is too far ahead');
  // By `request_object_signing_alg`, which oidc-provider leaves out at /backchannel.
  const due = client.requestObjectSigningAlg;
  if (due !== undefined && alg !== due) refuse(`alg must be ${due}`);
  const isCiba = oidc.route === 'backchannel_authentication';
  // OIDC CIBA Core 1.0 §7.1.1.
  if (isCiba && [exp, nbf, iat, jti].includes(undefined)) refuse('exp, nbf, iat and jti must be given');
  if (!isFapi(client) && !isCiba) return;
  if (isFapi(client)) refuseWeak(alg, errors.InvalidRequestObject);
  // FAPI 2.0 Message Signing §5.3.1, FAPI-CIBA §5.2.2.
  if (exp === undefined || nbf === undefined) refuse('exp and nbf must be given');
  if (Number(nbf) < now - longestRequest) refuse('nbf is too long ago');
  if (Number(exp) <= Number(nbf) || Number(exp) - Number(nbf) > longestRequest)
    refuse('exp is too far from nbf');
}
