import { siteCallback } from '../site-paths.ts';
import type { Site } from './site.ts';

/** The authorization request for a site (OIDC Core §3.1.2.1): consent, groups and rules are asked as for any app. */
export function authorizationUrl(
  issuer: string,
  { app, origin, rules }: Site,
  { state, challenge }: { state: string; challenge: string },
): string {
  const query = new URLSearchParams({
    client_id: app.id,
    response_type: 'code',
    redirect_uri: origin + siteCallback,
    scope: app.scopes.join(' '),
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(rules.acr && { claims: essential(rules.acr) }),
  });
  return `${issuer}/auth?${query}`;
}

/** OIDC Core §5.5.1.1: nobody comes back with less. */
const essential = (acr: string): string =>
  JSON.stringify({ id_token: { acr: { essential: true, values: [acr] } } });

/** RP-Initiated Logout 1.0 §2: the person is asked there, and the session ends with all that came of it. */
export function signOutUrl(issuer: string, { app }: Site): string {
  const [after] = app.postLogoutRedirectUris;
  const query = new URLSearchParams({
    client_id: app.id,
    ...(after !== undefined && { post_logout_redirect_uri: after }),
  });
  return `${issuer}/session/end?${query}`;
}
