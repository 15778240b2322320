/** Attestation statement formats that are verified here: WebAuthn L3 §8.2–§8.4, §8.6–§8.8. */
export const formats = ['none', 'packed', 'tpm', 'android-key', 'apple', 'fido-u2f'] as const;
export type Format = (typeof formats)[number];
