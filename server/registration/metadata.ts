/** Client metadata of RFC 7591 §2 and OIDC Dynamic Client Registration §2, as it comes in and as it is answered. */
import { z } from 'zod';
import type { App, AppKind } from '../apps/app.ts';
import { cibaGrant } from '../apps/ciba.ts';
import { staysOnDevice } from '../apps/redirect-uri.ts';
import { cibaAnswer, cibaShape } from './ciba.ts';
import { protectionAnswer, protectionShape } from './protection.ts';
import { RegistrationRefusal } from './refusal.ts';

const text = z.string().max(2000);
const texts = z.array(text).max(20);

/** What is understood. What is not known is ignored (RFC 7591 §2); what would change security and is not had is refused. */
const requestSchema = z.object({
  client_name: text.optional(),
  redirect_uris: texts.default([]),
  post_logout_redirect_uris: texts.default([]),
  grant_types: texts.default(['authorization_code']),
  response_types: texts.optional(),
  token_endpoint_auth_method: text.default('client_secret_basic'),
  application_type: z.enum(['web', 'native']).optional(),
  scope: text.optional(),
  logo_uri: text.optional(),
  jwks: z.unknown().optional(),
  jwks_uri: text.optional(),
  id_token_signed_response_alg: text.default('RS256'),
  default_acr_values: texts.optional(),
  default_max_age: z.int().min(0).optional(),
  initiate_login_uri: text.optional(),
  backchannel_logout_uri: text.optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  subject_type: z.enum(['public', 'pairwise']).optional(),
  sector_identifier_uri: text.optional(),
  ...protectionShape,
  ...cibaShape,
});

export type ClientRequest = z.output<typeof requestSchema>;

/**
 * An app that asks for one of these and does not get it would believe itself safer than it is. `request_uris` is none of
 * them: no request is fetched from anywhere, and the answer does not have it.
 */
const notHad = ['request_object_encryption_alg', 'software_statement'] as const;

const isSaid = (value: unknown) => value !== undefined && value !== null && value !== false && value !== '';

/** @throws RegistrationRefusal */
export function readClientRequest(body: unknown): ClientRequest {
  const given = Object.fromEntries(
    Object.entries(body as object).filter(([, value]) => value !== null && value !== ''),
  );
  const refused = notHad.find((name) => Object.hasOwn(given, name) && isSaid(given[name]));
  if (refused) throw new RegistrationRefusal('invalid_client_metadata', `${refused} is not supported`);
  const result = requestSchema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const code = field.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  throw new RegistrationRefusal(code, `${field} ${issue?.message.toLowerCase()}`);
}

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * What kind of app this is. A public one whose answers stay on the device is native; one that says nothing else runs in
 * a browser. @throws RegistrationRefusal
 */
export function kindOf(request: ClientRequest): AppKind {
  const { grant_types: grants, application_type: type, token_endpoint_auth_method: method } = request;
  requireKnownGrants(request);
  if (grants.includes(deviceCode)) return 'device';
  if (!grants.includes('authorization_code')) return 'machine';
  if (method !== 'none') return 'web';
  return type === 'native' || request.redirect_uris.every(staysOnDevice) ? 'native' : 'browser';
}

/** No app begins with one of these alone. */
const besides = ['refresh_token', cibaGrant];

function requireKnownGrants({ grant_types: grants, response_types: responses = ['code'] }: ClientRequest) {
  const refuse = (what: string): never => {
    throw new RegistrationRefusal('invalid_client_metadata', what);
  };
  const known = ['authorization_code', 'refresh_token', 'client_credentials', deviceCode, cibaGrant];
  const odd = grants.find((grant) => !known.includes(grant));
  if (odd !== undefined) refuse(`grant_types has ${odd}, which is not supported`);
  const first = known.filter((grant) => !besides.includes(grant) && grants.includes(grant));
  if (first.length !== 1) refuse('grant_types must have one way to begin: register one app for each');
  const codes = grants.includes('authorization_code');
  if (codes && responses.some((type) => type !== 'code')) refuse('response_types must be code');
}

/** As it is in force, which may be less than was asked for (RFC 7591 §3.2.1). */
export function clientAnswer(app: App): Record<string, unknown> {
  const scopes = [...app.scopes, ...(app.apiScopes ?? [])];
  return {
    client_id: app.id,
    client_id_issued_at: Math.floor(app.createdAt / 1000),
    client_name: app.name,
    application_type: app.kind === 'native' || app.kind === 'device' ? 'native' : 'web',
    redirect_uris: app.redirectUris,
    post_logout_redirect_uris: app.postLogoutRedirectUris,
    ...cibaAnswer(app),
    response_types: app.grantTypes.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: app.tokenEndpointAuthMethod,
    id_token_signed_response_alg: app.idTokenSignedResponseAlg,
    subject_type: app.subjectType ?? 'public',
    ...(app.sectorIdentifierUri !== undefined && { sector_identifier_uri: app.sectorIdentifierUri }),
    ...protectionAnswer(app),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(app.logoUri !== undefined && { logo_uri: app.logoUri }),
    ...(app.jwks && { jwks: app.jwks }),
    ...(app.jwksUri !== undefined && { jwks_uri: app.jwksUri }),
    ...(app.defaultAcrValues && { default_acr_values: app.defaultAcrValues }),
    ...(app.defaultMaxAge !== undefined && { default_max_age: app.defaultMaxAge }),
    ...(app.initiateLoginUri !== undefined && { initiate_login_uri: app.initiateLoginUri }),
    ...(app.backchannelLogoutUri !== undefined && {
      backchannel_logout_uri: app.backchannelLogoutUri,
      backchannel_logout_session_required: app.backchannelLogoutSessionRequired === true,
    }),
  };
}
