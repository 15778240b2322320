import type { SeededArtifact } from './people.ts';

/** Access tokens of each who is signed in: of all together one for each person there is. */
const each = 20;

/** What an app holds of a person who is signed in, and can ask with. */
export const accessTokenOf = (index: number, which = 0) => `seed-access-${index}-${which % each}`;
export const refreshTokenOf = (index: number) => `seed-refresh-${index}`;

interface Behind {
  uid: string;
  grantId: string;
  appId: string;
  /** The person's `sub`. */
  accountId: string;
  acr: string;
  /** Seconds. */
  authTime: number;
  exp: number;
}

export function tokensOf(
  index: number,
  { uid, grantId, appId, accountId, acr, authTime, exp }: Behind,
): SeededArtifact[] {
  const columns = { uid, grantId, appId, accountId, expiresAt: exp * 1000 };
  const token = (model: 'AccessToken' | 'RefreshToken', jti: string, more: object = {}) => ({
    ...{ model, rawId: jti, columns },
    payload: {
      ...{ kind: model, jti, iat: authTime, exp, accountId, clientId: appId, grantId, sessionUid: uid },
      ...{ gty: 'authorization_code', scope: 'openid profile', expiresWithSession: true, ...more },
    },
  });
  return [
    token('RefreshToken', refreshTokenOf(index), { acr, authTime, iiat: authTime }),
    ...Array.from({ length: each }, (_, which) => token('AccessToken', accessTokenOf(index, which))),
  ];
}
