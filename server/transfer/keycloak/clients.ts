import type { AppKind } from '../../apps/app.ts';
import type { NewApp } from '../../apps/validation.ts';
import { appName, isOfNativeApp, readApp } from '../carried-app.ts';
import type { CarriedApp, CarriedSecret, Finding } from '../content.ts';
import { clientKeys } from './client-keys.ts';
import type { Client, Realm } from './realm.ts';
import { subjectsOf } from './subjects.ts';
import { carriedAlgorithms, whatIsLost } from './what-is-lost.ts';

export interface ClientReading {
  realm: Realm;
  redirects: Readonly<Record<string, readonly string[]>>;
  claimsTold: (client: Client) => string[];
  now: number;
  left: Finding[];
  notes: Finding[];
}

/** Why a client is not an app here at all. */
function objection({ protocol, enabled, bearerOnly, ...client }: Client): [string, string] | undefined {
  if (protocol !== 'openid-connect') return ['protocol', `speaks ${protocol}, and not OpenID Connect`];
  if (!enabled) return ['disabled', 'is disabled there'];
  if (bearerOnly) return ['bearer_only', 'only takes tokens: there is nothing to register'];
  if (!kindOf(client)) return ['no_flow', 'has no flow that there is here'];
  return undefined;
}

export function readClient(client: Client, reading: ClientReading): CarriedApp | undefined {
  const { left, notes, realm, now, claimsTold } = reading;
  const about = (reason: string, text: string): Finding => ({
    kind: 'app',
    item: client.clientId,
    reason,
    text,
  });
  const refused = objection(client);
  const kind = kindOf(client);
  if (refused || !kind) {
    left.push(about(...(refused ?? ['no_flow', 'has no flow that there is here'])));
    return undefined;
  }
  const { attributes } = client;
  const claims = claimsTold(client);
  const app = readApp(
    {
      id: client.clientId,
      kind,
      name: appName(client.name, client.clientId),
      redirectUris: kind === 'machine' || kind === 'device' ? [] : client.redirectUris,
      postLogoutRedirectUris: kind === 'machine' ? [] : signOutAddresses(client),
      consent: client.consentRequired ? 'explicit' : 'implicit',
      pkce: kind === 'web' && !attributes['pkce.code.challenge.method'] ? 'optional' : 'required',
      idTokenSignedResponseAlg: algorithm(client, realm),
      lifetimes: lifetimes(client),
      ...(kind !== 'machine' && { scopes: scopes(client) }),
      ...(claims.length > 0 && kind !== 'machine' && { claims }),
      ...subjectsOf(client, realm, kind),
      ...logout(client, kind),
      ...authentication(client, kind),
      secrets: secrets(client, now),
      createdAt: now,
    },
    reading,
  );
  for (const [reason, text] of whatIsLost(client, realm, kind))
    left.push({ ...about(reason, text), part: true });
  if (app?.tokenEndpointAuthMethod === 'client_secret_basic')
    notes.push(
      about(
        'secret_basic',
        'must send its secret in the header (client_secret_basic); Keycloak took it in the body too',
      ),
    );
  return app;
}

type Flows = Pick<
  Client,
  'publicClient' | 'standardFlowEnabled' | 'serviceAccountsEnabled' | 'redirectUris' | 'attributes'
>;

function kindOf(client: Flows): AppKind | undefined {
  const { publicClient, standardFlowEnabled, serviceAccountsEnabled, redirectUris, attributes } = client;
  if (standardFlowEnabled && !publicClient) return 'web';
  if (standardFlowEnabled) return redirectUris.some(isOfNativeApp) ? 'native' : 'browser';
  if (attributes['oauth2.device.authorization.grant.enabled'] === 'true')
    return publicClient ? 'device' : undefined;
  return serviceAccountsEnabled && !publicClient ? 'machine' : undefined;
}

/** `+` means the redirect addresses. */
function signOutAddresses({ attributes, redirectUris }: Client): string[] {
  const said =
    attributes['post.logout.redirect.uris']?.split('##').filter((uri) => uri !== '' && uri !== '-') ?? [];
  return said.flatMap((uri) => (uri === '+' ? redirectUris : [uri]));
}

function algorithm({ attributes }: Client, realm: Realm): NonNullable<NewApp['idTokenSignedResponseAlg']> {
  const said = attributes['id.token.signed.response.alg'] ?? realm.defaultSignatureAlgorithm;
  return carriedAlgorithms.find((each) => each === said) ?? 'ES256';
}

function lifetimes({ attributes }: Client): NonNullable<NewApp['lifetimes']> {
  const seconds = Number(attributes['access.token.lifespan']);
  return Number.isInteger(seconds) && seconds >= 60 ? { accessToken: seconds } : {};
}

/** Groups were told by a mapper there, and are asked for by a scope here. */
function scopes({ defaultClientScopes, optionalClientScopes }: Client): NonNullable<NewApp['scopes']> {
  const said = [...defaultClientScopes, ...optionalClientScopes];
  const kept = (['profile', 'email', 'offline_access'] as const).filter((scope) => said.includes(scope));
  return ['openid', ...kept, 'groups'];
}

function logout({ attributes }: Client, kind: AppKind): Pick<NewApp, 'backchannelLogoutUri'> {
  const uri = attributes['backchannel.logout.url'];
  if (!uri || (kind !== 'web' && kind !== 'browser')) return {};
  const sessionRequired = attributes['backchannel.logout.session.required'] === 'true';
  return {
    backchannelLogoutUri: uri,
    ...(sessionRequired && { backchannelLogoutSessionRequired: true }),
  };
}

function authentication(client: Client, kind: AppKind): Pick<NewApp, 'tokenEndpointAuthMethod' | 'jwks'> {
  const keys = kind === 'web' || kind === 'machine' ? clientKeys(client) : undefined;
  return keys ? { tokenEndpointAuthMethod: 'private_key_jwt', jwks: keys } : {};
}

/** In clear: Keycloak keeps them so. */
function secrets({ secret, publicClient, clientAuthenticatorType }: Client, now: number): CarriedSecret[] {
  if (publicClient || !secret || clientAuthenticatorType !== 'client-secret') return [];
  return [{ id: 'keycloak', value: secret, createdAt: now }];
}
