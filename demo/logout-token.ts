import { createRemoteJWKSet, jwtVerify } from 'jose';

/** Whom a logout token means: one session at the provider, or all that the person has here. */
export interface LoggedOut {
  sub: string | undefined;
  sid: string | undefined;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';

/** Checks logout tokens, each good for once (OpenID Connect Back-Channel Logout 1.0 §2.6). */
export function createLogoutTokenCheck({
  issuer,
  clientId,
  keys: address,
}: {
  issuer: string;
  clientId: string;
  keys: string;
}) {
  const keys = createRemoteJWKSet(new URL(address));
  const seen = new Set<string>();
  return async (token: string): Promise<LoggedOut> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: ['ES256'],
      typ: 'logout+jwt',
      maxTokenAge: 120,
      requiredClaims: ['iat', 'exp', 'jti'],
    });
    const { sub, sid, jti, nonce, events } = payload;
    if (!(event in Object(events))) throw new Error('it is no logout token');
    if (nonce !== undefined) throw new Error('a logout token has no nonce');
    if (typeof sub !== 'string' && typeof sid !== 'string') throw new Error('it says nobody');
    if (seen.has(String(jti))) throw new Error('it was used before');
    remember(seen, String(jti));
    return { sub, sid: typeof sid === 'string' ? sid : undefined };
  };
}

function remember(seen: Set<string>, jti: string): void {
  seen.add(jti);
  const [oldest] = seen;
  if (seen.size > 1000 && oldest) seen.delete(oldest);
}
