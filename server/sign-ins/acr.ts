import type { ReceiptClaims } from '../receipts/receipt.ts';
import { isInHardware, isInSoftware, type KeyClaims, uvmMethods } from './key-evidence.ts';

/**
 * Authentication context classes, weakest first. `phr`: phishing-resistant; `phrh`: phishing-resistant with a key that
 * hardware protects (OpenID EAP ACR Values 1.0 §2).
 */
export const acrValues = ['urn:latchkey:acr:unconfirmed', 'phr', 'phrh'] as const;
export type Acr = (typeof acrValues)[number];

/** What a class is decided over: what the passkey manager signed of the ceremony, and nothing else. */
export type AcrClaims = KeyClaims & Pick<ReceiptClaims, 'assurance'>;

/** A passkey that came with a recovery counts for less until an administrator confirms it, whatever holds it. */
export function acrOf(claims: AcrClaims): Acr {
  if (claims.assurance !== 'confirmed') return 'urn:latchkey:acr:unconfirmed';
  return isInHardware(claims) ? 'phrh' : 'phr';
}

/**
 * Authentication methods (RFC 8176 §2, OpenID EAP ACR Values 1.0): proof of possession of a key, with the user present
 * and, where the authenticator verified them, by a second factor. Where the key is, and how the user was verified, is
 * told only where it is vouched for.
 */
export function amrOf(claims: AcrClaims & Pick<ReceiptClaims, 'uvm'>): string[] {
  return [
    'pop',
    'user',
    ...(claims.flags.userVerified ? ['mfa'] : []),
    ...(isInHardware(claims) ? ['hwk'] : []),
    ...(isInSoftware(claims) ? ['swk'] : []),
    ...uvmMethods(claims.uvm ?? []),
  ];
}

/** Classes that are known here: no other is ever reached. */
export const isKnown = (acr: string): acr is Acr => acrValues.includes(acr as Acr);

const rank = (acr: string | undefined) => acrValues.indexOf(acr as Acr);

/** Whether `reached` is one of the wanted classes or a stronger one. Unknown classes are never reached. */
export function reaches(reached: string | undefined, wanted: readonly string[]): boolean {
  return wanted.some((acr) => isKnown(acr) && rank(reached) >= rank(acr));
}

/** Orders classes, weakest first. */
export const compareAcr = (a: string | undefined, b: string | undefined): number => rank(a) - rank(b);

/**
 * The class that a request is answered with: the strongest of those it named that were reached, because an essential
 * `acr` must match a requested value (OIDC Core §5.5.1.1); else what was reached.
 */
export function answeredAcr(reached: string | undefined, wanted: readonly string[]): string | undefined {
  const named = wanted.filter((acr) => reaches(reached, [acr]));
  return named.toSorted(compareAcr).at(-1) ?? reached;
}
