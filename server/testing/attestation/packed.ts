import { algorithms, generateKeyPair, signWith } from '../authenticator-keys.ts';
import type { AttestationAuthority } from './authority.ts';
import { aaguidExtension, type NameAttributes } from './certificate.ts';
import { type Attest, type StatementChanges, statementOf } from './made.ts';

/** WebAuthn L3 §8.2.1. */
export const packedSubject: NameAttributes = [
  ['C', 'DE'],
  ['O', 'Test Authenticators'],
  ['OU', 'Authenticator Attestation'],
  ['CN', 'Batch 1'],
];

/** `packed` with an attestation certificate (WebAuthn L3 §8.2): a security key of a batch. */
export function attestPacked(
  authority: AttestationAuthority,
  changes: StatementChanges & { attestationKey?: 'ES256' | 'RS256' | 'EdDSA' } = {},
): Attest {
  const { attestationKey = 'ES256' } = changes;
  const { publicKey, privateKey } = generateKeyPair(attestationKey);
  return ({ authData, clientDataHash, aaguid }) => {
    const chain = authority.certify(publicKey, {
      subject: packedSubject,
      extensions: [aaguidExtension(aaguid)],
      ...changes.certificate,
    });
    const bytes = Buffer.concat([authData, clientDataHash]);
    const sig = signWith(attestationKey, privateKey, changes.signed?.(bytes) ?? bytes);
    const x5c = changes.chain?.(chain) ?? chain;
    return statementOf('packed', { alg: algorithms[attestationKey], sig, x5c }, changes);
  };
}

/** `packed` by the passkey's own key. */
export function attestSelf(changes: StatementChanges = {}): Attest {
  return ({ authData, clientDataHash, algorithm, privateKey }) => {
    const bytes = Buffer.concat([authData, clientDataHash]);
    const sig = signWith(algorithm, privateKey, changes.signed?.(bytes) ?? bytes);
    return statementOf('packed', { alg: algorithms[algorithm], sig }, changes);
  };
}
