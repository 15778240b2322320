import { hash, type KeyObject } from 'node:crypto';
import type { AttestationAuthority } from './authority.ts';
import { keyUsage } from './certificate.ts';
import { der } from './der.ts';
import { type Attest, type StatementChanges, statementOf } from './made.ts';

/** `apple` (WebAuthn L3 §8.8): a certificate for the passkey itself, which holds a hash of the ceremony. */
export function attestApple(
  authority: AttestationAuthority,
  changes: StatementChanges & {
    /** Certified in place of the passkey's. */
    key?: KeyObject;
    /** In place of the right extension's value. */
    nonce?: Uint8Array;
  } = {},
): Attest {
  return ({ authData, clientDataHash, publicKey }) => {
    const bytes = Buffer.concat([authData, clientDataHash]);
    const nonce = hash('sha256', changes.signed?.(bytes) ?? bytes, 'buffer');
    const value = changes.nonce ?? der.sequence(der.tagged(1, der.octets(nonce)));
    const chain = authority.certify(changes.key ?? publicKey, {
      subject: [
        ['CN', 'a passkey'],
        ['OU', 'AAA Certification'],
        ['O', 'Apple Inc.'],
      ],
      extensions: [keyUsage({ certifies: false }), { oid: '1.2.840.113635.100.8.2', value }],
      ...changes.certificate,
    });
    return statementOf('apple', { x5c: changes.chain?.(chain) ?? chain }, changes);
  };
}
