import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { isFapi, requireFapiAssertion } from './fapi.ts';

/** Seconds that an assertion may be valid from now on: so long its `jti` is remembered (RFC 7523 §3). */
const longestLife = 10 * 60;

/**
 * What oidc-provider leaves open of an assertion whose signature, `iss`, `sub`, `jti` and `exp` it has looked at.
 * One that also names another audience could be passed on there by whoever receives it.
 * @throws InvalidClientAuth
 */
export function requireBoundAssertion(
  { oidc }: KoaContextWithOIDC,
  { exp, nbf, iat, aud }: Record<string, unknown>,
  ...[{ alg }, client]: [Record<string, unknown>, Client]
): void {
  const now = Math.floor(Date.now() / 1000);
  if (Number(exp) > now + longestLife) throw new errors.InvalidClientAuth('exp is too far ahead');
  for (const moment of [nbf, iat])
    if (moment !== undefined && Number(moment) > now + 60)
      throw new errors.InvalidClientAuth('the assertion is of the future');
  const expected = oidc.clientJwtAuthExpectedAudience();
  if (![aud].flat().every((each) => expected.has(each as string)))
    throw new errors.InvalidClientAuth('aud also names somebody else');
  if (isFapi(client)) requireFapiAssertion(oidc, { aud, alg });
}
