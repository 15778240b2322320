/** Proofs of possession in tests (RFC 9449 §4.2), with whatever is wrong with them. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type JWK, type JWTHeaderParameters, SignJWT } from 'jose';

export interface ProofKey {
  privateKey: KeyObject;
  jwk: JWK;
}

export function newProofKey(): ProofKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) as JWK };
}

interface About {
  method?: string;
  url: string;
  accessToken?: string;
  nonce?: string;
}

export function proof(
  { privateKey, jwk }: ProofKey,
  { method = 'POST', url, accessToken, nonce }: About,
  wrong: { claims?: Record<string, unknown>; header?: Partial<JWTHeaderParameters> } = {},
): Promise<string> {
  const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
  const claims = {
    ...{ jti: randomUUID(), iat: Math.floor(Date.now() / 1000), htm: method, htu: url, ath, nonce },
    ...wrong.claims,
  };
  const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(said)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...wrong.header })
    .sign(privateKey);
}

/** The nonce that the server wants: told in answer to a proof without one (RFC 9449 §8). */
export async function proofNonce(origin: string, key: ProofKey): Promise<string> {
  const url = `${origin}/me`;
  const given = await proof(key, { method: 'GET', url, accessToken: 'x' });
  const answer = await fetch(url, { headers: { authorization: 'DPoP x', dpop: given } });
  return answer.headers.get('dpop-nonce') ?? '';
}
