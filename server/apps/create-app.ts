import { randomUUID } from 'node:crypto';
import { siteCallback } from '../site-paths.ts';
import type { App, AppKind } from './app.ts';
import { type Hash, newSecret, takesSecret } from './app-secret.ts';
import { keptSecurity } from './security.ts';
import { type CheckedApp, checkNewApp, knownScopes, type NewApp } from './validation.ts';

interface Made {
  app: App;
  /** The client secret, which is kept nowhere: to be shown once. Public apps have none. */
  secret?: string;
}

/** What OAuth leaves open is decided by the kind of app (RFC 6749 §2.1, RFC 8252, RFC 9700). */
const defaults: Record<AppKind, Pick<App, 'grantTypes' | 'tokenEndpointAuthMethod' | 'scopes'>> = {
  web: {
    grantTypes: ['authorization_code', 'refresh_token'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    scopes: [...knownScopes],
  },
  browser: {
    grantTypes: ['authorization_code', 'refresh_token'],
    tokenEndpointAuthMethod: 'none',
    scopes: [...knownScopes],
  },
  native: {
    grantTypes: ['authorization_code', 'refresh_token'],
    tokenEndpointAuthMethod: 'none',
    scopes: [...knownScopes],
  },
  device: {
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    tokenEndpointAuthMethod: 'none',
    scopes: [...knownScopes],
  },
  proxied: {
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'none',
    scopes: knownScopes.filter((scope) => scope !== 'offline_access'),
  },
  machine: {
    grantTypes: ['client_credentials'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    scopes: [],
  },
};

/**
 * A new app from what an administrator says of it.
 * @throws AppError `field_invalid` with every reason in its detail
 */
export function newApp(input: NewApp, { hash, now }: { hash: Hash; now: number }): Made {
  const checked = checkNewApp(input);
  const app = appOf(checked, { id: checked.id ?? randomUUID(), createdAt: now });
  if (!takesSecret(app)) return { app };
  const { secret, value } = newSecret({ hash, now });
  return { app: { ...app, secrets: [secret] }, secret: value };
}

/**
 * An app that is known elsewhere by a client id, which may be one that nobody would choose here. It has no secret yet.
 * @throws AppError `field_invalid`, as `newApp`
 */
export function importedApp(said: NewApp, { id, createdAt }: { id: string; createdAt: number }): App {
  return appOf(checkNewApp(said), { id, createdAt });
}

function appOf(checked: CheckedApp, { id, createdAt }: { id: string; createdAt: number }): App {
  return {
    ...settingsOf(checked),
    id,
    kind: checked.kind,
    secrets: [],
    grantTypes: defaults[checked.kind].grantTypes,
    origin: 'administrator',
    createdAt,
    updatedAt: createdAt,
    revision: 1,
  };
}

/** What is not said is not kept. */
type Settings = Omit<
  App,
  | 'id'
  | 'kind'
  | 'secrets'
  | 'grantTypes'
  | 'authenticatorRule'
  | 'origin'
  | 'registration'
  | 'createdAt'
  | 'updatedAt'
  | 'revision'
>;

/** All that an administrator may say anew of an app that there is. */
export function settingsOf(checked: CheckedApp): Settings {
  const {
    lifetimes,
    logoUri,
    defaultAcrValues = [],
    allowedGroups,
    claims,
    apiScopes,
    tokenExchange,
    jwks,
    jwksUri,
  } = checked;
  const { forwardAuth } = checked;
  const byKind = defaults[checked.kind];
  return {
    name: checked.name,
    redirectUris: forwardAuth ? forwardAuth.origins.map(callbackAt) : checked.redirectUris,
    postLogoutRedirectUris: checked.postLogoutRedirectUris,
    tokenEndpointAuthMethod: checked.tokenEndpointAuthMethod ?? byKind.tokenEndpointAuthMethod,
    scopes: checked.scopes ?? byKind.scopes,
    consent: checked.consent,
    pkce: checked.pkce,
    idTokenSignedResponseAlg: checked.idTokenSignedResponseAlg,
    lifetimes: withoutUndefined(lifetimes),
    ...(logoUri !== undefined && { logoUri }),
    ...toldOfSignOuts(checked),
    ...(checked.clientCertificate && { clientCertificate: checked.clientCertificate }),
    ...(checked.certificateBoundAccessTokens && { certificateBoundAccessTokens: true }),
    ...(defaultAcrValues.length > 0 && { defaultAcrValues }),
    ...startOf(checked),
    ...(allowedGroups && { allowedGroups }),
    ...(claims && { claims }),
    ...(apiScopes && { apiScopes }),
    ...(tokenExchange && { tokenExchange }),
    ...(jwks && { jwks }),
    ...(jwksUri !== undefined && { jwksUri }),
    ...(forwardAuth && { forwardAuth }),
    ...(checked.ciba && { ciba: checked.ciba }),
    ...(checked.subjectType === 'pairwise' && { subjectType: checked.subjectType }),
    ...(checked.sectorIdentifierUri !== undefined && { sectorIdentifierUri: checked.sectorIdentifierUri }),
    ...keptSecurity(checked.security),
  };
}

/** Where a site's sign-ins come back. */
const callbackAt = (origin: string): string => origin + siteCallback;

function startOf({ defaultMaxAge, initiateLoginUri }: CheckedApp) {
  return {
    ...(defaultMaxAge !== undefined && { defaultMaxAge }),
    ...(initiateLoginUri !== undefined && { initiateLoginUri }),
  };
}

function toldOfSignOuts(checked: CheckedApp) {
  const { backchannelLogoutUri, backchannelLogoutSessionRequired } = checked;
  const { frontchannelLogoutUri, frontchannelLogoutSessionRequired } = checked;
  return {
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    ...(backchannelLogoutSessionRequired && { backchannelLogoutSessionRequired }),
    ...(frontchannelLogoutUri !== undefined && { frontchannelLogoutUri }),
    ...(frontchannelLogoutSessionRequired && { frontchannelLogoutSessionRequired }),
  };
}

function withoutUndefined(lifetimes: CheckedApp['lifetimes']): App['lifetimes'] {
  return Object.fromEntries(Object.entries(lifetimes).filter(([, seconds]) => seconds !== undefined));
}
