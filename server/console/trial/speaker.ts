/** What a stand-in sends, as its app would: signed requests, proofs of who it is, proofs of possession. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { trialId } from '../../apps/trial-app.ts';
import type { TrialKeys } from '../../apps/trial-keys.ts';
import type { ProviderAnswer } from '../../oidc/ask-provider.ts';
import type { Profile } from './profile.ts';

export type Fields = Record<string, string>;

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  form?: Fields;
}

export type Ask = (asked: Asked) => Promise<ProviderAnswer>;

export interface Speaking {
  appId: string;
  profile: Profile;
  issuer: string;
  keys: Pick<TrialKeys, 'privateKey'>;
  ask: Ask;
  now: number;
}

/** Seconds that what is signed is good for. */
const life = 60;

async function signed(
  { appId, issuer, keys, now }: Speaking,
  { alg, typ, claims }: { alg: string; typ: string; claims: JWTPayload },
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const own = { iss: trialId(appId), aud: issuer, jti: randomUUID(), iat, nbf: iat, exp: iat + life };
  return new SignJWT({ ...claims, ...own }).setProtectedHeader({ alg, typ }).sign(await keys.privateKey(alg));
}

/** RFC 9101 §4. */
export async function requestOf(speaking: Speaking, parameters: Fields): Promise<Fields> {
  const { requestAlg: alg } = speaking.profile;
  if (alg === undefined) return parameters;
  const request = await signed(speaking, { alg, typ: 'oauth-authz-req+jwt', claims: parameters });
  return { client_id: trialId(speaking.appId), request };
}

/** Who it is (RFC 7523 §2.2). */
export async function authenticationOf(speaking: Speaking): Promise<Fields> {
  const { appId, profile } = speaking;
  const client_id = trialId(appId);
  const { assertionAlg: alg } = profile;
  if (alg === undefined) return { client_id };
  return {
    client_id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signed(speaking, { alg, typ: 'JWT', claims: { sub: client_id } }),
  };
}

/** What is asked with a token, or for one. */
interface Bound extends Asked {
  accessToken?: string;
}

/**
 * Asks with a proof of possession of one key where tokens are bound to it (RFC 9449), and again with the nonce that it is
 * given, as every app has to. @param makeAsked anew for each time: who it is is proven once by each assertion
 */
export function createBoundAsk({ profile, issuer, ask, now }: Speaking) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  let nonce: string | undefined;
  async function proof({ method, path, accessToken }: Bound): Promise<string> {
    const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
    const claims = { jti: randomUUID(), htm: method, htu: `${issuer}${path}`, ...(ath && { ath }) };
    return new SignJWT({ ...claims, ...(nonce !== undefined && { nonce }) })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: jwk as Record<string, string> })
      .setIssuedAt(Math.floor(now / 1000))
      .sign(privateKey);
  }
  async function once({ accessToken, ...asked }: Bound): Promise<ProviderAnswer> {
    const authorization = accessToken && `${profile.isBound ? 'DPoP' : 'Bearer'} ${accessToken}`;
    const headers = {
      ...(authorization && { authorization }),
      ...(profile.isBound && {
        dpop: await proof({ ...asked, ...(accessToken !== undefined && { accessToken }) }),
      }),
    };
    const answer = await ask({ ...asked, headers });
    nonce = answer.nonce ?? nonce;
    return answer;
  }
  return async (makeAsked: () => Bound | Promise<Bound>): Promise<ProviderAnswer> => {
    const answer = await once(await makeAsked());
    const isAskedForNonce = profile.isBound && answer.body.error === 'use_dpop_nonce';
    return isAskedForNonce ? once(await makeAsked()) : answer;
  };
}
