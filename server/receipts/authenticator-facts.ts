/**
 * What an attestation (WebAuthn L3 §6.5.4) was verified to: `model`, to roots in the metadata of the very model;
 * `vendor`, to roots of the format's vendor (Apple, Google); `self`, signed with the passkey's own key; `none`, not
 * attested; `unknown`, a chain that goes back to no root known here, or that says itself that the key is in software, or may leave its TPM.
 */
export const attestationResults = ['model', 'vendor', 'self', 'none', 'unknown'] as const;
export type AttestationResult = (typeof attestationResults)[number];

/** What is known of the authenticator that holds a passkey now: rules of apps and groups are decided over it. */
export interface AuthenticatorFacts {
  attestation: AttestationResult;
  vendor?: string;
  /** Of the model, as its AAGUID says: only an attestation proves that it is this model. */
  keyProtection: readonly string[];
  statuses: readonly string[];
  /** How the model attests (FIDO Registry of Predefined Values §3.6.3). Absent for a model that is not known. */
  attestationTypes?: readonly string[];
  /** The FIDO metadata that says so. */
  metadata?: { no: number; isCurrent: boolean };
}
