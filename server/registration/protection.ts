/**
 * Client metadata of how carefully an app asks and is answered (RFC 9101 §10.5, RFC 9126 §6, RFC 9449 §5.2, RFC 8705
 * §3.4, JARM §3, OIDC Front-Channel Logout 1.0 §2), as it comes in and as it is answered.
 */
import { z } from 'zod';
import type { App } from '../apps/app.ts';
import { protectionMetadata } from '../apps/client-metadata.ts';
import type { AppSecurity } from '../apps/security.ts';
import type { NewApp } from '../apps/validation.ts';
import { RegistrationRefusal } from './refusal.ts';

const text = z.string().max(2000).optional();
const flag = z.boolean().optional();

export const protectionShape = {
  require_pushed_authorization_requests: flag,
  dpop_bound_access_tokens: flag,
  require_signed_request_object: flag,
  request_object_signing_alg: text,
  token_endpoint_auth_signing_alg: text,
  userinfo_signed_response_alg: text,
  authorization_signed_response_alg: text,
  introspection_signed_response_alg: text,
  id_token_encrypted_response_alg: text,
  id_token_encrypted_response_enc: text,
  userinfo_encrypted_response_alg: text,
  userinfo_encrypted_response_enc: text,
  authorization_encrypted_response_alg: text,
  authorization_encrypted_response_enc: text,
  introspection_encrypted_response_alg: text,
  introspection_encrypted_response_enc: text,
  tls_client_auth_subject_dn: text,
  tls_client_auth_san_dns: text,
  tls_client_auth_san_uri: text,
  tls_client_auth_san_ip: text,
  tls_client_auth_san_email: text,
  tls_client_certificate_bound_access_tokens: flag,
  frontchannel_logout_uri: text,
  frontchannel_logout_session_required: flag,
  // Every ID token of a sign-in says when that was.
  require_auth_time: flag,
};

const shape = z.object({ ...protectionShape, id_token_signed_response_alg: z.string() });
type Request = z.output<typeof shape>;

type Protection = Pick<
  NewApp,
  | 'security'
  | 'clientCertificate'
  | 'certificateBoundAccessTokens'
  | 'frontchannelLogoutUri'
  | 'frontchannelLogoutSessionRequired'
>;

/** As an administrator would say it; whether the values are any is looked at with the app. @throws RegistrationRefusal */
export function protectionOf(request: Request): Protection {
  requireOneSignature(request);
  const security = withoutAbsent({
    requirePushedAuthorizationRequests: request.require_pushed_authorization_requests || undefined,
    dpopBoundAccessTokens: request.dpop_bound_access_tokens || undefined,
    requireSignedRequestObject: request.require_signed_request_object || undefined,
    requestAlg: request.request_object_signing_alg,
    assertionAlg: request.token_endpoint_auth_signing_alg,
    signedUserinfo: request.userinfo_signed_response_alg === undefined ? undefined : true,
    ...encryptionOf(request),
  }) as AppSecurity;
  const clientCertificate = withoutAbsent({
    subjectDn: request.tls_client_auth_subject_dn,
    sanDns: request.tls_client_auth_san_dns,
    sanUri: request.tls_client_auth_san_uri,
    sanIp: request.tls_client_auth_san_ip,
    sanEmail: request.tls_client_auth_san_email,
  });
  return {
    ...(Object.keys(security).length > 0 && { security }),
    ...(Object.keys(clientCertificate).length > 0 && { clientCertificate }),
    ...(request.tls_client_certificate_bound_access_tokens && { certificateBoundAccessTokens: true }),
    ...(request.frontchannel_logout_uri !== undefined && {
      frontchannelLogoutUri: request.frontchannel_logout_uri,
      ...(request.frontchannel_logout_session_required && { frontchannelLogoutSessionRequired: true }),
    }),
  };
}

const withoutAbsent = (said: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));

function refuse(what: string): never {
  throw new RegistrationRefusal('invalid_client_metadata', what);
}

/** By one algorithm everything is signed for an app. */
function requireOneSignature(request: Request): void {
  const { id_token_signed_response_alg: alg } = request;
  for (const name of [
    'userinfo_signed_response_alg',
    'authorization_signed_response_alg',
    'introspection_signed_response_alg',
  ] as const)
    if ((request[name] ?? alg) !== alg)
      refuse(`${name} must be ${alg}, as id_token_signed_response_alg is: by one algorithm all is signed`);
}

const answers = {
  id_token: 'id_token',
  userinfo: 'userinfo',
  authorization: 'authorization_response',
  introspection: 'introspection',
} as const;

/** What is encrypted is encrypted in one way. */
function encryptionOf(request: Request): Record<string, unknown> {
  const asked = (Object.keys(answers) as (keyof typeof answers)[]).filter((what) => {
    const alg = request[`${what}_encrypted_response_alg`];
    if (alg === undefined && request[`${what}_encrypted_response_enc`] !== undefined)
      refuse(`${what}_encrypted_response_enc needs ${what}_encrypted_response_alg`);
    return alg !== undefined;
  });
  const [first] = asked;
  if (!first) return {};
  const [encryptionAlg, encryptionEnc] = wayOf(request, first);
  const odd = asked.find((what) => String(wayOf(request, what)) !== String([encryptionAlg, encryptionEnc]));
  if (odd)
    refuse(
      `${odd}_encrypted_response_alg and _enc must be as those of ${first}: all is encrypted in one way`,
    );
  return { encrypted: asked.map((what) => answers[what]), encryptionAlg, encryptionEnc };
}

/** The default of OIDC Dynamic Client Registration §2, JARM §3 and RFC 9701 §6. */
const wayOf = (request: Request, what: keyof typeof answers) => [
  request[`${what}_encrypted_response_alg`],
  request[`${what}_encrypted_response_enc`] ?? 'A128CBC-HS256',
];

/** As it is in force. */
export function protectionAnswer(app: App): Record<string, unknown> {
  const named = Object.entries(protectionMetadata(app)).filter(([name]) => !name.startsWith('latchkey_'));
  return { ...Object.fromEntries(named), ...(app.kind !== 'machine' && { require_auth_time: true }) };
}

/**
 * What an app has after it says something else of itself: it may become more careful. What makes it safer stays, as it
 * asked for that, or an administrator did; whoever has its token takes none of it away.
 */
export function keptProtection(
  before: Pick<App, 'security' | 'certificateBoundAccessTokens'>,
  {
    security: wanted,
    certificateBoundAccessTokens: isWanted,
  }: Pick<NewApp, 'security' | 'certificateBoundAccessTokens'>,
): Pick<Protection, 'security' | 'certificateBoundAccessTokens'> {
  const encrypted = [...new Set([...(before.security?.encrypted ?? []), ...(wanted?.encrypted ?? [])])];
  const security = {
    ...before.security,
    ...wanted,
    ...(encrypted.length > 0 && { encrypted }),
  };
  return {
    ...(Object.keys(security).length > 0 && { security }),
    ...((before.certificateBoundAccessTokens || isWanted) && { certificateBoundAccessTokens: true }),
  };
}

/** Names of fields as client metadata has them. */
export const protectionNames: Readonly<Record<string, string>> = {
  'security.requirePushedAuthorizationRequests': 'require_pushed_authorization_requests',
  'security.dpopBoundAccessTokens': 'dpop_bound_access_tokens',
  'security.requireSignedRequestObject': 'require_signed_request_object',
  'security.requestAlg': 'request_object_signing_alg',
  'security.assertionAlg': 'token_endpoint_auth_signing_alg',
  'security.signedUserinfo': 'userinfo_signed_response_alg',
  'security.encryptionAlg': 'the encrypted_response_alg',
  'security.encryptionEnc': 'the encrypted_response_enc',
  clientCertificate: 'the certificate that tls_client_auth_* names',
  certificateBoundAccessTokens: 'tls_client_certificate_bound_access_tokens',
  frontchannelLogoutUri: 'frontchannel_logout_uri',
  frontchannelLogoutSessionRequired: 'frontchannel_logout_session_required',
};
