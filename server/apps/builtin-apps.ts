import type { App } from './app.ts';

export const accountAppId = 'latchkey-account';
export const demoAppId = 'demo';

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
  const account = accountApp(issuer);
  return demo ? [account, demoApp()] : [account];
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

/** A relying party to try it with. */
function demoApp(): App {
  return {
    ...builtin,
    secrets: [],
    id: demoAppId,
    name: 'Demo',
    redirectUris: [`${demoUrl}/callback`],
    postLogoutRedirectUris: [`${demoUrl}/`],
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  };
}
