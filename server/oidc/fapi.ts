/** FAPI: what oidc-provider leaves to whoever runs it. FAPI 2.0 is one switch of an app. */
import { randomUUID } from 'node:crypto';
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';

export const isFapi = (client: Client | undefined): boolean => client?.latchkey_fapi === true;

/** FAPI 2.0 Security Profile §5.4.1. */
const strong = new Set(['PS256', 'ES256', 'EdDSA', 'Ed25519']);

/** @throws the error for an algorithm that FAPI 2.0 does not take */
export function refuseWeak(
  alg: unknown,
  Refusal: typeof errors.InvalidClientAuth | typeof errors.InvalidRequestObject,
): void {
  if (!strong.has(String(alg))) throw new Refusal('alg is not one of PS256, ES256 and EdDSA');
}

/** §5.3.2.1: the issuer as one string, and nothing else. @throws InvalidClientAuth */
export function requireFapiAssertion(
  { issuer }: { issuer: string },
  { aud, alg }: { aud: unknown; alg: unknown },
): void {
  if (aud !== issuer) throw new errors.InvalidClientAuth('aud must be the issuer');
  refuseWeak(alg, errors.InvalidClientAuth);
}

/** §5.3.2.1: rotating takes tokens from apps that lose an answer, and theirs are bound to the app already. */
export const rotatesRefreshTokens = (client: Client | undefined): boolean => !isFapi(client);

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * FAPI 1.0 Part 1 §6.2.1: what an app calls a request to a resource, such as userinfo, comes back with the answer; an app
 * of that profile whose request had no name gets one.
 */
export async function returnInteractionId(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.path !== '/me') return;
  const given = ctx.get('x-fapi-interaction-id');
  if (uuid.test(given)) ctx.set('x-fapi-interaction-id', given);
  else if (ctx.oidc.client?.tlsClientCertificateBoundAccessTokens)
    ctx.set('x-fapi-interaction-id', randomUUID());
}
