import { randomBytes } from 'node:crypto';
import type { App } from './app.ts';

/** What an app says beside the metadata of RFC 7591: oidc-provider must be told these names. */
export const extraClientMetadata = [
  'latchkey_kind',
  'latchkey_consent',
  'latchkey_pkce',
  'latchkey_access_token_lifetime',
  'latchkey_refresh_token_lifetime',
  'latchkey_session_lifetime',
] as const;

/**
 * A confidential client must have one. Only hashes are kept (see secretMatches), so this one never fits; it stays
 * the same, so that oidc-provider finds the client it has parsed already.
 */
const unusableSecret = randomBytes(32).toString('base64url');

/** Seconds: what the installation allows at most. */
export interface Limits {
  accessToken: number;
  refreshToken: number;
}

/** An app as client metadata (RFC 7591 §2, OIDC Dynamic Client Registration §2). Its lifetimes only lower `limits`. */
export function clientMetadata(app: App, limits: Limits) {
  const lifetime = (kind: keyof Limits) => Math.min(limits[kind], app.lifetimes[kind] ?? limits[kind]);
  return {
    client_id: app.id,
    client_name: app.name,
    application_type: app.kind === 'native' ? 'native' : 'web',
    redirect_uris: app.redirectUris,
    post_logout_redirect_uris: app.postLogoutRedirectUris,
    grant_types: app.grantTypes,
    response_types: responseTypes(app),
    token_endpoint_auth_method: app.tokenEndpointAuthMethod,
    id_token_signed_response_alg: app.idTokenSignedResponseAlg,
    ...(app.scopes.length > 0 ? { scope: app.scopes.join(' ') } : {}),
    ...(app.logoUri ? { logo_uri: app.logoUri } : {}),
    ...(app.tokenEndpointAuthMethod === 'none' ? {} : { client_secret: unusableSecret }),
    latchkey_kind: app.kind,
    latchkey_consent: app.consent,
    latchkey_pkce: app.pkce,
    latchkey_access_token_lifetime: lifetime('accessToken'),
    latchkey_refresh_token_lifetime: lifetime('refreshToken'),
    // Sessions end by themselves at the installation's limits, and kept ones have a longer one.
    ...(app.lifetimes.session === undefined ? {} : { latchkey_session_lifetime: app.lifetimes.session }),
  };
}

/** `none` (OAuth 2.0 Multiple Response Types §4) is for our account page: it wants the session and no token. */
function responseTypes(app: App): string[] {
  if (app.grantTypes.includes('authorization_code')) return ['code'];
  return app.redirectUris.length > 0 ? ['none'] : [];
}
