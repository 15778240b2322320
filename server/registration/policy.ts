import { apiScopes } from '../apps/api-scopes.ts';
import type { App, AppKind } from '../apps/app.ts';
import { changedProof, mayImpersonate } from '../apps/proof.ts';
import { publicKeys } from '../apps/public-keys.ts';
import { sectorOf } from '../apps/sector.ts';
import { usesKeys } from '../apps/security-rules.ts';
import type { NewApp } from '../apps/validation.ts';
import { AppError } from '../errors.ts';
import { cibaNames, cibaOf } from './ciba.ts';
import { isAmongHosts } from './hosts.ts';
import type { RegistrationPolicy } from './initial-access-token.ts';
import { type ClientRequest, kindOf } from './metadata.ts';
import { protectionNames, protectionOf } from './protection.ts';
import { RegistrationRefusal } from './refusal.ts';

/** Where everybody may register: nothing for administration, and no app stays connected without its people. */
export const openPolicy: RegistrationPolicy = {
  kinds: ['web', 'browser', 'native'],
  scopes: ['openid', 'profile', 'email'],
};

/** Of apps that describe themselves at a host that administrators trust: sign-in, and what asks nobody for secrets. */
export const documentPolicy: RegistrationPolicy = {
  kinds: ['web', 'browser', 'native'],
  scopes: ['openid', 'profile', 'email', 'offline_access'],
};

/**
 * What an app asks for, as an administrator would say it; scopes beyond the policy are left out (RFC 7591 §2).
 * @throws RegistrationRefusal
 */
export function wantedApp(request: ClientRequest, policy: RegistrationPolicy): NewApp {
  const kind = kindOf(request);
  if (!policy.kinds.includes(kind))
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      `apps of the kind ${kind} may not be registered`,
    );
  for (const uri of [...request.redirect_uris, ...request.post_logout_redirect_uris])
    requireHost(uri, policy.redirectHosts);
  const { scopes, ofApi } = scopesOf(request, policy, kind);
  const method = request.token_endpoint_auth_method;
  const protection = protectionOf(request);
  return {
    name: request.client_name ?? nameOf(request),
    kind,
    redirectUris: request.redirect_uris,
    postLogoutRedirectUris: request.post_logout_redirect_uris,
    consent: 'explicit',
    pkce: kind === 'web' ? (policy.pkce ?? 'required') : 'required',
    idTokenSignedResponseAlg: request.id_token_signed_response_alg as NewApp['idTokenSignedResponseAlg'],
    ...(kind !== 'machine' && { scopes: scopes as NonNullable<NewApp['scopes']> }),
    ...(ofApi.length > 0 && { apiScopes: ofApi }),
    ...(method !== 'none' && {
      tokenEndpointAuthMethod: method as NonNullable<NewApp['tokenEndpointAuthMethod']>,
    }),
    ...(request.logo_uri !== undefined && { logoUri: request.logo_uri }),
    ...protection,
    ...cibaOf(request, policy),
    ...keysOf(request, protection),
    ...(request.default_acr_values && {
      defaultAcrValues: request.default_acr_values as NonNullable<NewApp['defaultAcrValues']>,
    }),
    ...(request.default_max_age !== undefined && { defaultMaxAge: request.default_max_age }),
    ...(request.initiate_login_uri !== undefined && { initiateLoginUri: request.initiate_login_uri }),
    ...(request.subject_type && { subjectType: request.subject_type }),
    ...(request.sector_identifier_uri !== undefined && {
      sectorIdentifierUri: request.sector_identifier_uri,
    }),
    ...(request.backchannel_logout_uri !== undefined && {
      backchannelLogoutUri: request.backchannel_logout_uri,
      ...(request.backchannel_logout_session_required && { backchannelLogoutSessionRequired: true }),
    }),
  };
}

/**
 * Keys that nothing needs are no reason to refuse an app: clients send theirs along whatever they are for. They are
 * not kept, and the answer does not have them.
 */
function keysOf(
  request: ClientRequest,
  { security }: Pick<NewApp, 'security'>,
): Pick<NewApp, 'jwks' | 'jwksUri'> {
  const { jwks, jwks_uri: jwksUri, token_endpoint_auth_method: tokenEndpointAuthMethod } = request;
  if (!usesKeys({ tokenEndpointAuthMethod, security })) {
    const problem = jwks === undefined ? undefined : publicKeys.safeParse(jwks).error?.issues[0];
    if (problem) throw new RegistrationRefusal('invalid_client_metadata', `jwks ${problem.message}`);
    return {};
  }
  return {
    ...(jwks !== undefined && { jwks: jwks as NonNullable<NewApp['jwks']> }),
    ...(jwksUri !== undefined && { jwksUri }),
  };
}

function nameOf({ redirect_uris: [first] }: ClientRequest): string {
  return (first && URL.parse(first)?.hostname) || 'An app without a name';
}

function scopesOf({ scope, grant_types: grants }: ClientRequest, policy: RegistrationPolicy, kind: AppKind) {
  const asked = scope?.split(' ').filter(Boolean);
  const mayStay = grants.includes('refresh_token');
  const allowed = policy.scopes.filter((each) => each !== 'offline_access' || mayStay);
  const given = allowed.filter((each) => each === 'openid' || !asked || asked.includes(each));
  const isOfApi = (each: string) => (apiScopes as readonly string[]).includes(each);
  const ofApi = kind === 'browser' ? [] : apiScopes.filter((each) => given.includes(each));
  return { scopes: ['openid', ...given.filter((each) => each !== 'openid' && !isOfApi(each))], ofApi };
}

/** @throws RegistrationRefusal */
function requireHost(uri: string, hosts: readonly string[] | undefined): void {
  const host = URL.parse(uri)?.hostname ?? '';
  if (hosts && !isAmongHosts(host, hosts))
    throw new RegistrationRefusal(
      'invalid_redirect_uri',
      `${uri} is at no host that is allowed: ${hosts.join(', ')}`,
    );
}

const names: Readonly<Record<string, string>> = {
  name: 'client_name',
  redirectUris: 'redirect_uris',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
  tokenEndpointAuthMethod: 'token_endpoint_auth_method',
  idTokenSignedResponseAlg: 'id_token_signed_response_alg',
  logoUri: 'logo_uri',
  jwksUri: 'jwks_uri',
  defaultAcrValues: 'default_acr_values',
  defaultMaxAge: 'default_max_age',
  initiateLoginUri: 'initiate_login_uri',
  backchannelLogoutUri: 'backchannel_logout_uri',
  ...protectionNames,
  ...cibaNames,
  subjectType: 'subject_type',
  sectorIdentifierUri: 'sector_identifier_uri',
};

/** What an app is refused for, in the words of client metadata. @throws RegistrationRefusal, or what else it is */
export function refusedAs(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'field_invalid') throw error;
  const field = error.field?.split('.')[0] ?? '';
  const code = field === 'redirectUris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  const [problem] = error.problems ?? [];
  const name = names[problem?.field ?? ''] ?? names[field] ?? field;
  throw new RegistrationRefusal(code, `${name} ${problem?.message ?? 'is not allowed'}`);
}

/** Its people would be others to it. @throws RegistrationRefusal */
export function requireSameSector(before: App, after: App): void {
  if (sectorOf(before) === sectorOf(after)) return;
  throw new RegistrationRefusal(
    'invalid_client_metadata',
    'subject_type, and the host that sector_identifier_uri or redirect_uris give for it, cannot be changed: register another app',
  );
}

/**
 * Who lets an app stand in the place of people knows it by its keys and addresses: whoever has its registration access
 * token makes no other app of it. @throws RegistrationRefusal
 */
export function requireSameProof(before: App, after: App): void {
  const field = mayImpersonate(after) ? changedProof(before, after) : undefined;
  if (field)
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      `${names[field] ?? field} cannot be changed by the app itself: it may stand in the place of people`,
    );
}
