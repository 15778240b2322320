/** A checkpoint as a compact JWS (RFC 7515 section 7.1, RFC 8037 section 3.1). */
import { createHash, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../secret/secret.ts';
import type { CheckpointClaims } from './checkpoint.ts';

const type = 'latchkey-audit-checkpoint+jws';
const head = z.strictObject({ chain: z.string(), sequence: z.int().min(0), hash: z.string() });
const shape = z.strictObject({
  iss: z.string(),
  no: z.int().min(1),
  at: z.int().min(0),
  previous: z.string(),
  heads: z.array(head),
  removed: z.strictObject({ from: z.int().min(1), upTo: z.array(head) }).exactOptional(),
  removedIn: z.int().min(1).exactOptional(),
}) satisfies z.ZodType<CheckpointClaims>;

/** The public key as a JWK, with its thumbprint (RFC 7638) as `kid`. */
export function checkpointJwk(publicKey: KeyObject) {
  const { crv, kty, x } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
  return { kty, crv, x, alg: 'EdDSA', use: 'sig', kid };
}

export function signCheckpoint(claims: CheckpointClaims, { publicKey, sign }: Secret['checkpoints']): string {
  const header = { alg: 'EdDSA', typ: type, kid: checkpointJwk(publicKey).kid };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${sign(input).toString('base64url')}`;
}

/** What a checkpoint says; `undefined` where none of these keys signed it, or it is none. */
export function readCheckpoint(jws: string, publicKeys: readonly KeyObject[]): CheckpointClaims | undefined {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.');
  const signed = Buffer.from(`${header}.${payload}`);
  const isSigned = publicKeys.some((key) => verify(null, signed, key, decode(signature)));
  if (!isSigned || more.length > 0) return undefined;
  try {
    const { alg, typ } = JSON.parse(decode(header).toString());
    return alg === 'EdDSA' && typ === type ? shape.parse(JSON.parse(decode(payload).toString())) : undefined;
  } catch {
    return undefined;
  }
}

const decode = (part: string) => Buffer.from(part, 'base64url');

/** By which the next checkpoint names this one. */
export function hashCheckpoint(jws: string): string {
  return createHash('sha256').update(jws).digest('base64url');
}
