/** Authorities that certify attestation keys. Each test has its own: none of them is known anywhere. */
import type { KeyObject } from 'node:crypto';
import {
  basicConstraints,
  type CertificateShape,
  certify,
  type ExtensionShape,
  type KeyPair,
  keyUsage,
  type NameAttributes,
  newKeys,
} from './certificate.ts';

export interface AttestationAuthority {
  /** DER. */
  root: Buffer;
  /** The one between root and leaf. */
  intermediate: Buffer;
  /** As metadata has it: base64 DER. */
  roots: readonly string[];
  /** Certifies a key. @returns the leaf, and the intermediate after it */
  certify(publicKey: KeyObject, shape?: Partial<CertificateShape>): Buffer[];
  /** Signs with the intermediate's key. */
  keys: { root: KeyPair; intermediate: KeyPair };
}

export interface AuthorityShape {
  organization: string;
  /** What is wrong with the intermediate. */
  intermediate: Partial<CertificateShape>;
}

export function createAttestationAuthority({
  organization = 'Test Authenticators',
  intermediate: change = {},
}: Partial<AuthorityShape> = {}): AttestationAuthority {
  const keys = { root: newKeys(), intermediate: newKeys() };
  const rootName: NameAttributes = [
    ['O', organization],
    ['CN', 'Attestation Root'],
  ];
  const intermediateName: NameAttributes = [
    ['O', organization],
    ['CN', 'Attestation CA'],
  ];
  const above = { name: rootName, keys: keys.root };
  const root = certify(keys.root.publicKey, above, {
    subject: rootName,
    ca: undefined,
    extensions: authorityExtensions(),
  });
  const intermediate = certify(keys.intermediate.publicKey, above, {
    subject: intermediateName,
    ca: undefined,
    extensions: authorityExtensions(0),
    ...change,
  });
  const issuer = { name: intermediateName, keys: keys.intermediate };
  return {
    root,
    intermediate,
    roots: [root.toString('base64')],
    certify: (publicKey, shape = {}) => [certify(publicKey, issuer, shape), intermediate],
    keys,
  };
}

function authorityExtensions(pathLength?: number): ExtensionShape[] {
  const constraints = pathLength === undefined ? { ca: true } : { ca: true, pathLength };
  return [basicConstraints(constraints), keyUsage({ certifies: true })];
}
