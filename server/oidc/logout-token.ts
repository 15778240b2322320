import type { Provider } from 'oidc-provider';
import type { LogoutNotice } from '../logout-notices/logout-notice.ts';

/**
 * A logout token for the app of a notice (OIDC Back-Channel Logout 1.0 §2.4), signed as its ID tokens are: good for two
 * minutes, with the `jti` of the notice, and never with a nonce.
 * @param notice with the `sub` that the app knew the person by
 */
export async function logoutToken(
  provider: Provider,
  { id, appId, sub, sid }: Pick<LogoutNotice, 'id' | 'appId' | 'sub' | 'sid'>,
): Promise<string> {
  const client = await provider.Client.find(appId);
  if (!client) throw new Error(`there is no app ${appId}`);
  const token = new provider.IdToken({}, { client });
  // As it is: the app may be of another sector since, where it never heard of the person.
  token.set('sub', sub);
  token.set('events', { 'http://schemas.openid.net/event/backchannel-logout': {} });
  token.set('jti', id);
  if (sid !== undefined) token.set('sid', sid);
  return token.issue({ use: 'logout' });
}
