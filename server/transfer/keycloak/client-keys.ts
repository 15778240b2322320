import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { NewApp } from '../../apps/validation.ts';
import type { Client } from './realm.ts';

/** Public keys that a client's assertions are verified with: a JWK Set, or a certificate without its frame. */
export function clientKeys({ clientAuthenticatorType, attributes }: Client): NewApp['jwks'] | undefined {
  if (clientAuthenticatorType !== 'client-jwt') return undefined;
  try {
    const set = attributes['jwks.string'];
    if (set) return JSON.parse(set) as NewApp['jwks'];
    const certificate = attributes['jwt.credential.certificate'];
    if (!certificate) return undefined;
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
    const key: JsonWebKey = createPublicKey(pem).export({ format: 'jwk' });
    return { keys: [key] } as NewApp['jwks'];
  } catch {
    return undefined;
  }
}
