import { constants, type KeyObject, verify } from 'node:crypto';
import { refuse } from '../refusal.ts';

interface Algorithm {
  keyType: 'ec' | 'ed25519' | 'rsa';
  /** OpenSSL's name. */
  curve?: string;
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' | null;
  padding?: number;
}

const pss = constants.RSA_PKCS1_PSS_PADDING;

/** By their COSE numbers, with the curves that WebAuthn L3 §5.8.5 binds them to. */
const algorithms = new Map<number, Algorithm>([
  [-7, { keyType: 'ec', curve: 'prime256v1', hash: 'sha256' }],
  [-35, { keyType: 'ec', curve: 'secp384r1', hash: 'sha384' }],
  [-36, { keyType: 'ec', curve: 'secp521r1', hash: 'sha512' }],
  [-8, { keyType: 'ed25519', hash: null }],
  [-257, { keyType: 'rsa', hash: 'sha256' }],
  [-258, { keyType: 'rsa', hash: 'sha384' }],
  [-259, { keyType: 'rsa', hash: 'sha512' }],
  [-37, { keyType: 'rsa', hash: 'sha256', padding: pss }],
  [-38, { keyType: 'rsa', hash: 'sha384', padding: pss }],
  [-39, { keyType: 'rsa', hash: 'sha512', padding: pss }],
]);

/** RSASSA-PKCS1-v1_5 with SHA-1: TPMs of many computers in use know nothing better for their attestation keys. */
const rs1 = -65535;

interface Signature {
  algorithm: number;
  key: KeyObject;
  data: Buffer;
  signature: Buffer;
  /** For TPMs alone. */
  acceptsSha1?: boolean;
}

/** Verifies the signature of a statement. OpenSSL reads ECDSA signatures in DER alone. */
export function verifySignature({ algorithm, key, data, signature, acceptsSha1 }: Signature): void {
  const { hash, padding } = algorithmFor(algorithm, { key, acceptsSha1 });
  let isRight: boolean;
  try {
    isRight = verify(hash, data, padding === undefined ? key : { key, padding }, signature);
  } catch (cause) {
    refuse('attestation_signature_invalid', { cause });
  }
  if (!isRight) refuse('attestation_signature_invalid');
}

/** The hash that a signature algorithm employs, where it has one. */
export function hashOf(algorithm: number): string {
  const hash = algorithm === rs1 ? 'sha1' : algorithms.get(algorithm)?.hash;
  return hash ?? refuse('attestation_algorithm_not_accepted');
}

function algorithmFor(
  number: number,
  { key, acceptsSha1 = false }: { key: KeyObject; acceptsSha1: boolean | undefined },
): Algorithm {
  const algorithm: Algorithm | undefined =
    number === rs1 && acceptsSha1 ? { keyType: 'rsa', hash: 'sha1' } : algorithms.get(number);
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key;
  const fits =
    algorithm?.keyType === asymmetricKeyType &&
    (algorithm?.curve === undefined || algorithm.curve === details?.namedCurve) &&
    (algorithm?.keyType !== 'rsa' || (details?.modulusLength ?? 0) >= 2048);
  return algorithm && fits ? algorithm : refuse('attestation_algorithm_not_accepted');
}
