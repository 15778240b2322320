import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { isSoundEd25519Point } from './ed25519-point.ts';
import { refuse } from './refusal.ts';

type CoseKey = ReadonlyMap<unknown, unknown>;

const eddsa = -8;

/** Labels of COSE_Key (RFC 9052 §7.1, RFC 9053 §7, RFC 8230 §4); RSA uses two of them for n and e. */
const label = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2 };

interface Reader {
  labels: number[];
  /** `undefined` is a bad key. */
  toJwk: (key: CoseKey) => JsonWebKey | undefined;
}

/** For each accepted algorithm: its labels, and how the key is written as a JWK. */
const readers = new Map<unknown, Reader>([
  [-7, { labels: [label.kty, label.alg, label.crv, label.x, label.y], toJwk: ellipticJwk }],
  [eddsa, { labels: [label.kty, label.alg, label.crv, label.x], toJwk: edwardsJwk }],
  [-257, { labels: [label.kty, label.alg, label.n, label.e], toJwk: rsaJwk }],
]);

/**
 * Checks a new passkey's public key and returns its algorithm: offered, of the type and curve that it is for, a point
 * on that curve, a modulus and exponent worth trusting. WebAuthn L3 §6.5.1.1 allows no member beyond the required
 * ones, which leaves no room for a private part.
 */
export function checkCoseKey(bytes: Buffer): number {
  const { algorithm, key } = openCoseKey(bytes);
  // OpenSSL looks at no point of edwards25519. Too slow to be done at each use, and a key does not change.
  if (algorithm === eddsa && !isSoundEd25519Point(pointOf(key))) refuse('key_malformed');
  return algorithm;
}

/** Ready to verify with. */
export function openCoseKey(bytes: Buffer): { algorithm: number; key: KeyObject } {
  const cose: unknown = decode(bytes);
  if (!(cose instanceof Map)) refuse('key_malformed');
  const algorithm = cose.get(label.alg);
  const reader = readers.get(algorithm);
  if (!reader) refuse('algorithm_not_offered');
  if (cose.size !== reader.labels.length || !reader.labels.every((name) => cose.has(name)))
    refuse('key_malformed');
  const jwk = reader.toJwk(cose);
  if (!jwk) refuse('key_malformed');
  try {
    // OpenSSL refuses a point that is not on P-256.
    return { algorithm, key: createPublicKey({ key: jwk, format: 'jwk' }) };
  } catch (cause) {
    return refuse('key_malformed', { cause });
  }
}

function decode(bytes: Buffer): unknown {
  try {
    return decodeCredentialPublicKey(new Uint8Array(bytes));
  } catch (cause) {
    return refuse('key_malformed', { cause });
  }
}

function ellipticJwk(key: CoseKey): JsonWebKey | undefined {
  const [x, y] = [bytesOf(key, label.x, 32), bytesOf(key, label.y, 32)];
  if (key.get(label.kty) !== 2 || key.get(label.crv) !== 1 || !x || !y) return undefined;
  return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
}

function edwardsJwk(key: CoseKey): JsonWebKey | undefined {
  const x = bytesOf(key, label.x, 32);
  if (key.get(label.kty) !== 1 || key.get(label.crv) !== 6 || !x) return undefined;
  return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
}

/** 2048 to 4096 bits, a public exponent of at least 2^16 + 1 (NIST SP 800-56B §6.4.1.1) in at most 4 bytes. */
function rsaJwk(key: CoseKey): JsonWebKey | undefined {
  const [n, e] = [bytesOf(key, label.n), bytesOf(key, label.e)];
  if (key.get(label.kty) !== 3 || !n || !e) return undefined;
  const strongModulus = n.length >= 256 && n.length <= 512 && (n[0] ?? 0) >= 0x80 && isOdd(n);
  const soundExponent = e.length <= 4 && isOdd(e) && e.readUIntBE(0, e.length) > 2 ** 16;
  if (!strongModulus || !soundExponent) return undefined;
  return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
}

function pointOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function bytesOf(key: CoseKey, name: number, length?: number): Buffer | undefined {
  const value = key.get(name);
  if (!(value instanceof Uint8Array) || value.length === 0) return undefined;
  return length === undefined || value.length === length ? Buffer.from(value) : undefined;
}

function isOdd(bytes: Buffer): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 1;
}
