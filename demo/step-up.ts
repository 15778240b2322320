import * as client from 'openid-client';

/** What a resource server wants of the sign-in (RFC 9470 §3). */
export interface Wanted {
  acrValues: readonly string[];
  maxAge: number | undefined;
}

/** What the client makes of a challenge; `undefined` where it is about anything else than the sign-in. */
export function readChallenge(error: unknown): Wanted | undefined {
  if (!(error instanceof client.WWWAuthenticateChallengeError)) return undefined;
  const challenge = error.cause.find(({ scheme }) => scheme === 'bearer')?.parameters;
  if (challenge?.error !== 'insufficient_user_authentication') return undefined;
  const age = challenge.max_age;
  return {
    acrValues: challenge.acr_values?.split(' ') ?? [],
    maxAge: age !== undefined && /^\d+$/.test(age) ? Number(age) : undefined,
  };
}

/**
 * Parameters of an authorization request that follows a challenge (RFC 9470 §4). The class is also asked for as an
 * essential claim: a token with less would be refused again, so it is better not to get one.
 */
export function askingFor({ acrValues, maxAge }: Wanted): Record<string, string> {
  const acr = { essential: true, values: acrValues };
  return {
    ...(acrValues.length > 0 && {
      acr_values: acrValues.join(' '),
      claims: JSON.stringify({ id_token: { acr } }),
    }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  };
}
