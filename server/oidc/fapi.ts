/** FAPI 2.0, one switch of an app: what oidc-provider leaves to whoever runs it. */
import { type Client, errors } from 'oidc-provider';

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
