import { randomUUID } from 'node:crypto';
import type { App, AppKind } from './app.ts';
import { type Hash, newSecret } from './app-secret.ts';
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
  const app = appOf(checkNewApp(input), now);
  if (app.tokenEndpointAuthMethod === 'none') return { app };
  const { secret, value } = newSecret({ hash, now });
  return { app: { ...app, secrets: [secret] }, secret: value };
}

function appOf(checked: CheckedApp, now: number): App {
  const { id = randomUUID(), kind, lifetimes, logoUri, ...said } = checked;
  const { grantTypes, ...byKind } = defaults[kind];
  return {
    id,
    name: said.name,
    kind,
    redirectUris: said.redirectUris,
    postLogoutRedirectUris: said.postLogoutRedirectUris,
    secrets: [],
    grantTypes,
    tokenEndpointAuthMethod: said.tokenEndpointAuthMethod ?? byKind.tokenEndpointAuthMethod,
    scopes: said.scopes ?? byKind.scopes,
    consent: said.consent,
    pkce: said.pkce,
    idTokenSignedResponseAlg: said.idTokenSignedResponseAlg,
    lifetimes: withoutUndefined(lifetimes),
    ...(logoUri === undefined ? {} : { logoUri }),
    origin: 'administrator',
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}

function withoutUndefined(lifetimes: CheckedApp['lifetimes']): App['lifetimes'] {
  return Object.fromEntries(Object.entries(lifetimes).filter(([, seconds]) => seconds !== undefined));
}
