/** Files of TLS with a signer, by path. */
export interface SignerFiles {
  /** What the provider shows: the certificate, and what leads from it to its authority. */
  certificate?: string;
  key?: string;
  /** What the certificate of the signer is judged by, in the place of what Node.js trusts. */
  authorities?: string;
}

/** What names each. */
export const signerFileSettings = {
  certificate: 'LATCHKEY_SIGNER_CERT_FILE',
  key: 'LATCHKEY_SIGNER_KEY_FILE',
  authorities: 'LATCHKEY_SIGNER_CA_FILE',
} as const satisfies Record<keyof SignerFiles, string>;
