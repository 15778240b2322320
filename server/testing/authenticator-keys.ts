import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { CborMap } from './authenticator-cbor.ts';

/** The signature algorithms the software authenticator knows, by their COSE numbers. */
export const algorithms = { ES256: -7, EdDSA: -8, RS256: -257 } as const;
export type AlgorithmName = keyof typeof algorithms;

export function generateKeyPair(algorithm: AlgorithmName): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** The public key as COSE_Key (RFC 9053 §7, RFC 8230 §4). */
export function coseKey(algorithm: AlgorithmName, publicKey: KeyObject): CborMap {
  const jwk = publicKey.export({ format: 'jwk' });
  const bytes = (member: keyof JsonWebKey) => Buffer.from(String(jwk[member]), 'base64url');
  const alg = algorithms[algorithm];
  if (algorithm === 'ES256')
    return new Map<number, number | Buffer>([
      [1, 2],
      [3, alg],
      [-1, 1],
      [-2, bytes('x')],
      [-3, bytes('y')],
    ]);
  if (algorithm === 'EdDSA')
    return new Map<number, number | Buffer>([
      [1, 1],
      [3, alg],
      [-1, 6],
      [-2, bytes('x')],
    ]);
  return new Map<number, number | Buffer>([
    [1, 3],
    [3, alg],
    [-1, bytes('n')],
    [-2, bytes('e')],
  ]);
}

/** As WebAuthn L3 §6.5.5 wants it: ECDSA in DER, Ed25519 and RSA as they are. */
export function signWith(algorithm: AlgorithmName, privateKey: KeyObject, data: Uint8Array): Buffer {
  return sign(algorithm === 'EdDSA' ? null : 'sha256', data, privateKey);
}
