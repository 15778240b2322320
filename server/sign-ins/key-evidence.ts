/** Where the key of a passkey is kept, as far as an attestation and the metadata of its very model vouch for it. */
import { refusedByDefault } from '../authenticator-policy/rule.ts';
import type { AuthenticatorFacts } from '../receipts/authenticator-facts.ts';
import type { ReceiptClaims } from '../receipts/receipt.ts';

export type KeyClaims = Pick<ReceiptClaims, 'flags' | 'authenticator'>;

/** FIDO Registry of Predefined Values §3.2: none of these lets a key out. */
const protectedBy: readonly string[] = ['hardware', 'tee', 'secure_element'];

/** FIDO Registry §3.6.3: signed by something else than the passkey's own key, with the model in the certificate. */
const provingTypes: readonly string[] = ['basic_full', 'attca'];

/** What its maker says of such a model does not hold any more. */
const broken: readonly string[] = refusedByDefault;

/** A key that was made in hardware and stays there, used by a person whom the authenticator verified. */
export function isInHardware({ flags, authenticator }: KeyClaims): boolean {
  return (
    flags.userVerified &&
    // A backup-eligible key may leave its authenticator (WebAuthn L3 §6.1.3), whatever the model is.
    !flags.backupEligible &&
    isProven(authenticator) &&
    authenticator.keyProtection.some((place) => protectedBy.includes(place))
  );
}

export function isInSoftware({ authenticator }: KeyClaims): boolean {
  return (
    isProven(authenticator) &&
    authenticator.keyProtection.includes('software') &&
    !authenticator.keyProtection.some((place) => protectedBy.includes(place))
  );
}

/** That it is this model was proven at registration, and what the metadata in force says of the model holds now. */
function isProven(authenticator: AuthenticatorFacts | undefined): authenticator is AuthenticatorFacts {
  if (!authenticator?.metadata?.isCurrent) return false;
  const { attestation, attestationTypes = [], statuses } = authenticator;
  return (
    (attestation === 'model' || attestation === 'vendor') &&
    attestationTypes.some((type) => provingTypes.includes(type)) &&
    !statuses.some((status) => broken.includes(status))
  );
}

/** User verification methods (FIDO Registry §3.1) that have a name in RFC 8176 §2. */
const namedMethods: ReadonlyMap<number, string> = new Map([
  [0x02, 'fpt'],
  [0x04, 'pin'],
  [0x800, 'pin'],
]);

/** What the authenticator signed of how it verified the user (WebAuthn L2 §10.3). */
export function uvmMethods(uvm: readonly number[]): string[] {
  return [...new Set(uvm.flatMap((method) => namedMethods.get(method) ?? []))];
}
