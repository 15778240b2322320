import { hash, verify } from 'node:crypto';
import { openCoseKey } from './cose-key.ts';
import { isDerSignature } from './der-signature.ts';
import { refuse } from './refusal.ts';

const es256 = -7;
const ed25519 = -8;

interface Signed {
  authenticatorData: Buffer;
  clientDataJSON: Buffer;
  signature: Buffer;
}

/**
 * WebAuthn L3 §7.2 steps 20 and 21, in one piece on this thread: the work takes a tenth of a millisecond, and handing
 * it to another thread costs as much again.
 */
export function checkSignature(
  { publicKey, algorithm }: { publicKey: string; algorithm: number },
  { authenticatorData, clientDataJSON, signature }: Signed,
): void {
  if (algorithm === es256 && !isDerSignature(signature)) refuse('signature_malformed');
  const data = Buffer.concat([authenticatorData, hash('sha256', clientDataJSON, 'buffer')]);
  if (!isSigned({ publicKey, algorithm }, { data, signature })) refuse('signature_invalid');
}

/** Bytes that OpenSSL cannot make anything of are no signature. */
function isSigned(
  { publicKey, algorithm }: { publicKey: string; algorithm: number },
  { data, signature }: { data: Buffer; signature: Buffer },
): boolean {
  const { key } = openCoseKey(Buffer.from(publicKey, 'base64url'));
  try {
    // Ed25519 hashes by itself (RFC 8032 §5.1.7).
    return verify(algorithm === ed25519 ? null : 'sha256', data, key, signature);
  } catch (cause) {
    return refuse('signature_invalid', { cause });
  }
}
