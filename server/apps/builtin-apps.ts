import { apiScopes } from './api-scopes.ts';
import type { App } from './app.ts';

export const accountAppId = 'latchkey-account';
export const consoleAppId = 'latchkey-console';
/** The `latchkey` command: at another computer than the server, people sign in with it by a code. */
export const commandAppId = 'latchkey-cli';
export const demoAppId = 'demo';

/** Pages of the server itself: they ask for a session, and are no app that anybody connects. */
export const isOwnPage = (appId: string): boolean => appId === accountAppId || appId === consoleAppId;

/** Where `npm run demo` listens. */
const demoUrl = 'http://localhost:3001';

const builtin = {
  kind: 'browser',
  secrets: [],
  tokenEndpointAuthMethod: 'none',
  consent: 'implicit',
  pkce: 'required',
  idTokenSignedResponseAlg: 'ES256',
  lifetimes: {},
  origin: 'builtin',
  createdAt: 0,
  updatedAt: 0,
  revision: 1,
} as const satisfies Partial<App>;

/** The apps that the server makes itself: they follow the settings, so they are not stored. */
export function builtinApps({ issuer, demo }: { issuer: string; demo: boolean }): App[] {
  const always = [accountApp(issuer), consoleApp(issuer), commandApp()];
  return demo ? [...always, demoApp()] : always;
}

/** The account page: it needs a session of its own server and no token. */
function accountApp(issuer: string): App {
  return {
    ...builtin,
    secrets: [],
    id: accountAppId,
    name: 'Account',
    redirectUris: [`${issuer}/account`],
    postLogoutRedirectUris: [`${issuer}/`],
    grantTypes: [],
    scopes: ['openid'],
  };
}

/** The console, as the account page. It asks for a sign-in of a few minutes ago by itself. */
function consoleApp(issuer: string): App {
  return { ...accountApp(issuer), id: consoleAppId, name: 'Console', redirectUris: [`${issuer}/console`] };
}

/** What its tokens may do is what the person may do, and no more than they allow it. */
function commandApp(): App {
  return {
    ...builtin,
    secrets: [],
    id: commandAppId,
    name: 'Latchkey command',
    kind: 'device',
    consent: 'explicit',
    redirectUris: [],
    postLogoutRedirectUris: [],
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    scopes: ['openid', 'profile', 'offline_access'],
    apiScopes: [...apiScopes],
  };
}

/** A relying party to try it with. */
function demoApp(): App {
  return {
    ...builtin,
    secrets: [],
    id: demoAppId,
    name: 'Demo',
    redirectUris: [`${demoUrl}/callback`],
    postLogoutRedirectUris: [`${demoUrl}/`],
    backchannelLogoutUri: `${demoUrl}/backchannel-logout`,
    backchannelLogoutSessionRequired: true,
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  };
}
