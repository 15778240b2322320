import { hash } from 'node:crypto';
import { refuse } from '../refusal.ts';
import { findExtension } from './certificate.ts';
import { type Attested, readChain, signedBytes, type Verified } from './statement.ts';

const nonceExtension = '1.2.840.113635.100.8.2';

/** A sequence of one OCTET STRING of 32 bytes, tagged `[1]`, in DER. */
const beforeNonce = Buffer.from('3024a1220420', 'hex');

/** WebAuthn L3 §8.8, verification procedure. There is no signature: the certificate is about this very ceremony. */
export function verifyApple(attested: Attested): Verified {
  const chain = readChain(attested.statement);
  const [leaf] = chain;
  const nonce = hash('sha256', signedBytes(attested), 'buffer');
  const extension = findExtension(leaf, nonceExtension);
  if (!extension?.value.equals(Buffer.concat([beforeNonce, nonce]))) refuse('attestation_nonce_mismatch');
  if (!leaf.key.equals(attested.publicKey)) refuse('attestation_key_mismatch');
  return { chain };
}
