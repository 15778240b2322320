import { randomBytes } from 'node:crypto';
import type { App } from './app.ts';
import { cibaMetadata } from './ciba.ts';
import { reachOf } from './reach.ts';
import { sectorOf } from './sector.ts';
import { type SecurityInForce, securityInForce } from './security.ts';

/** The grant type (RFC 8693 §2.1). */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What an app says beside the metadata of RFC 7591: oidc-provider must be told these names. */
export const extraClientMetadata = [
  'latchkey_kind',
  'latchkey_reach',
  'latchkey_keys_period',
  'latchkey_consent',
  'latchkey_origin',
  'latchkey_pkce',
  'latchkey_access_token_lifetime',
  'latchkey_refresh_token_lifetime',
  'latchkey_session_lifetime',
  'latchkey_allowed_groups',
  'latchkey_claims',
  'latchkey_api_scopes',
  // OIDC Front-Channel Logout 1.0 §2, of which oidc-provider has nothing.
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'latchkey_token_exchange',
  'latchkey_impersonates',
  'latchkey_fapi',
] as const;

/**
 * A confidential client must have one. Only hashes are kept (see judgeSecret), so this one never fits; it stays
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
    // People are asked each time: nobody can tell such an app from one that only says so (RFC 8252 §8.6).
    application_type: app.kind === 'native' || app.kind === 'device' ? 'native' : 'web',
    redirect_uris: app.redirectUris,
    post_logout_redirect_uris: app.postLogoutRedirectUris,
    ...cibaMetadata({
      ...app,
      grantTypes: [...app.grantTypes, ...(app.tokenExchange ? [tokenExchange] : [])],
    }),
    response_types: responseTypes(app),
    token_endpoint_auth_method: authentication(app),
    id_token_signed_response_alg: app.idTokenSignedResponseAlg,
    ...(app.scopes.length > 0 ? { scope: app.scopes.join(' ') } : {}),
    ...(app.defaultAcrValues ? { default_acr_values: app.defaultAcrValues } : {}),
    ...(app.defaultMaxAge === undefined ? {} : { default_max_age: app.defaultMaxAge }),
    ...(app.logoUri ? { logo_uri: app.logoUri } : {}),
    ...backchannelLogout(app),
    ...subjects(app),
    ...protectionMetadata(app),
    ...(authentication(app).startsWith('client_secret_') ? { client_secret: unusableSecret } : {}),
    ...keysOf(app),
    latchkey_reach: reachOf(app),
    latchkey_kind: app.kind,
    latchkey_consent: app.consent,
    latchkey_origin: app.origin,
    latchkey_pkce: app.pkce,
    latchkey_access_token_lifetime: lifetime('accessToken'),
    latchkey_refresh_token_lifetime: lifetime('refreshToken'),
    // Sessions end by themselves at the installation's limits, and kept ones have a longer one.
    ...(app.lifetimes.session === undefined ? {} : { latchkey_session_lifetime: app.lifetimes.session }),
    ...(app.allowedGroups ? { latchkey_allowed_groups: app.allowedGroups } : {}),
    ...(app.claims ? { latchkey_claims: app.claims } : {}),
    ...(app.apiScopes ? { latchkey_api_scopes: app.apiScopes } : {}),
    ...exchangeOf(app),
  };
}

function exchangeOf({ tokenExchange: allowed }: App) {
  if (!allowed) return {};
  const { apps, impersonates } = allowed;
  return { latchkey_token_exchange: apps, ...(impersonates && { latchkey_impersonates: impersonates }) };
}

/** The document there was read when the app was made: oidc-provider goes by the host alone, whatever named it. */
function subjects(app: App) {
  const sector = sectorOf(app);
  return sector === undefined
    ? {}
    : { subject_type: 'pairwise', sector_identifier_uri: `https://${sector}/` };
}

/** Milliseconds after which keys at an address are asked for again: so long is one good that the app took away. */
const keysPeriod = 10 * 60_000;

/** The client that oidc-provider has parsed is another one in the next period, and knows no key. */
function keysOf({ jwks, jwksUri }: App) {
  if (jwksUri === undefined) return jwks ? { jwks } : {};
  return { jwks_uri: jwksUri, latchkey_keys_period: Math.floor(Date.now() / keysPeriod) };
}

/** What comes to a site is redeemed by this server itself: nobody else may, so nobody has what it would take. */
const authentication = (app: App): string =>
  app.kind === 'proxied' ? 'client_secret_basic' : app.tokenEndpointAuthMethod;

/** What an app does more carefully than it must, and how it is told of sign-outs in a browser. */
export function protectionMetadata(app: App): Record<string, unknown> {
  return { ...frontchannelLogout(app), ...certificateOf(app), ...security(app) };
}

/** By one algorithm everything is signed for an app. */
function security(app: App) {
  const alg = app.idTokenSignedResponseAlg;
  const inForce = securityInForce(app);
  return {
    ...flags(inForce),
    authorization_signed_response_alg: alg,
    introspection_signed_response_alg: alg,
    ...((inForce.signedUserinfo || inForce.encrypted?.includes('userinfo')) && {
      userinfo_signed_response_alg: alg,
    }),
    ...(app.ciba &&
      inForce.requireSignedRequestObject &&
      inForce.requestAlg && { backchannel_authentication_request_signing_alg: inForce.requestAlg }),
    ...encryption(inForce),
    ...(inForce.requireSignedResponses && { response_modes: [...signedResponseModes] }),
    ...(inForce.isFapi && { latchkey_fapi: true }),
  };
}

/** JARM §2.3. What is sent as a fragment is for response types that there are not. */
const signedResponseModes = ['jwt', 'query.jwt', 'form_post.jwt'];

function flags(inForce: SecurityInForce) {
  return {
    ...(inForce.requirePushedAuthorizationRequests && { require_pushed_authorization_requests: true }),
    ...(inForce.dpopBoundAccessTokens && { dpop_bound_access_tokens: true }),
    ...(inForce.requireSignedRequestObject && { require_signed_request_object: true }),
    ...(inForce.requestAlg && { request_object_signing_alg: inForce.requestAlg }),
    ...(inForce.assertionAlg && { token_endpoint_auth_signing_alg: inForce.assertionAlg }),
  };
}

function encryption({ encrypted = [], encryptionAlg, encryptionEnc = 'A256GCM' }: SecurityInForce) {
  return Object.fromEntries(
    encrypted.flatMap((what) => [
      [`${names[what]}_encrypted_response_alg`, encryptionAlg],
      [`${names[what]}_encrypted_response_enc`, encryptionEnc],
    ]),
  );
}

const names = {
  id_token: 'id_token',
  userinfo: 'userinfo',
  introspection: 'introspection',
  authorization_response: 'authorization',
} as const satisfies Record<NonNullable<SecurityInForce['encrypted']>[number], string>;

function backchannelLogout({ backchannelLogoutUri, backchannelLogoutSessionRequired = false }: App) {
  if (backchannelLogoutUri === undefined) return {};
  return {
    backchannel_logout_uri: backchannelLogoutUri,
    backchannel_logout_session_required: backchannelLogoutSessionRequired,
  };
}

function frontchannelLogout({ frontchannelLogoutUri, frontchannelLogoutSessionRequired = false }: App) {
  if (frontchannelLogoutUri === undefined) return {};
  return {
    frontchannel_logout_uri: frontchannelLogoutUri,
    frontchannel_logout_session_required: frontchannelLogoutSessionRequired,
  };
}

/** `none` (OAuth 2.0 Multiple Response Types §4) is for our account page: it wants the session and no token. */
function responseTypes(app: App): string[] {
  if (app.grantTypes.includes('authorization_code')) return ['code'];
  return app.redirectUris.length > 0 ? ['none'] : [];
}

/** Whether nothing that it gets is right without a certificate. */
export function wantsCertificate({
  tokenEndpointAuthMethod,
  certificateBoundAccessTokens,
}: Pick<App, 'tokenEndpointAuthMethod' | 'certificateBoundAccessTokens'>): boolean {
  return certificateBoundAccessTokens === true || tokenEndpointAuthMethod.endsWith('tls_client_auth');
}

/** RFC 8705 §§2.1.2, 3.4. */
function certificateOf({ clientCertificate: subject, certificateBoundAccessTokens }: App) {
  return {
    ...(subject?.subjectDn !== undefined && { tls_client_auth_subject_dn: subject.subjectDn }),
    ...(subject?.sanDns !== undefined && { tls_client_auth_san_dns: subject.sanDns }),
    ...(subject?.sanUri !== undefined && { tls_client_auth_san_uri: subject.sanUri }),
    ...(subject?.sanIp !== undefined && { tls_client_auth_san_ip: subject.sanIp }),
    ...(subject?.sanEmail !== undefined && { tls_client_auth_san_email: subject.sanEmail }),
    ...(certificateBoundAccessTokens && { tls_client_certificate_bound_access_tokens: true }),
  };
}
