import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CompactSign, type JWK, type JWTPayload } from 'jose';
import { ExternalSigningKey } from 'oidc-provider';
import { AppError } from '../errors.ts';
import type { KeySet } from './keys.ts';

/**
 * A JWT of the installation that oidc-provider knows nothing of, signed with the key of ES256 that signs now, wherever
 * it lies.
 * @throws AppError `unavailable` where a signer has the key and does not sign
 */
export async function signOwn({ keys }: KeySet, typ: string, claims: JWTPayload): Promise<string> {
  const key = keys.find(({ alg }) => alg === 'ES256');
  if (!key?.kid) throw new Error('there is no key of ES256');
  const header = { alg: 'ES256', typ, kid: key.kid };
  if (key instanceof ExternalSigningKey) return signElsewhere(key, header, claims);
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(keyOf(key));
}

/** RFC 7515 §5.1. */
async function signElsewhere(key: ExternalSigningKey, header: object, claims: JWTPayload): Promise<string> {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    return `${input}.${Buffer.from(await key.sign(Buffer.from(input))).toString('base64url')}`;
  } catch (cause) {
    throw new AppError('unavailable', { detail: 'the signer does not sign', cause });
  }
}

const known = new WeakMap<JWK, KeyObject>();

/** Reading a key costs more than signing with it. */
function keyOf(jwk: JWK): KeyObject {
  const key = known.get(jwk) ?? createPrivateKey({ key: jwk, format: 'jwk' });
  known.set(jwk, key);
  return key;
}
