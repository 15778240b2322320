/** Authentication context classes, weakest first. `phr`: phishing-resistant (OpenID EAP ACR Values 1.0 §2). */
export const acrValues = ['urn:latchkey:acr:unconfirmed', 'phr'] as const;
export type Acr = (typeof acrValues)[number];

/**
 * Authentication methods (RFC 8176 §2, OpenID EAP ACR Values 1.0): proof of possession of a key, with the user
 * present and verified by a second factor on the authenticator. Every passkey sign-in here is all of it.
 */
export const amr: readonly string[] = ['pop', 'user', 'mfa'];

/** A passkey that came with a recovery counts for less until an administrator confirms it. */
export function acrOf(passkey: { assurance: 'confirmed' | 'unconfirmed' }): Acr {
  return passkey.assurance === 'confirmed' ? 'phr' : 'urn:latchkey:acr:unconfirmed';
}

/** Whether `reached` is one of the wanted classes or a stronger one. Unknown classes are never reached. */
export function reaches(reached: string | undefined, wanted: readonly string[]): boolean {
  const rank = (acr: string | undefined) => acrValues.indexOf(acr as Acr);
  return wanted.some((acr) => rank(acr) >= 0 && rank(reached) >= rank(acr));
}
