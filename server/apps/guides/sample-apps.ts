import type { AppKind } from '../app.ts';
import type { GuidedApp } from './guide.ts';

const scopes = ['openid', 'profile', 'email', 'groups', 'offline_access'];
const notes = 'https://notes.example.com';

const person = {
  scopes,
  postLogoutRedirectUris: [`${notes}/`],
  idTokenSignedResponseAlg: 'ES256',
} satisfies Partial<GuidedApp>;

/** An app of each kind, to print guides for in documents. */
export const sampleApps: Readonly<Record<AppKind, GuidedApp>> = {
  web: {
    ...person,
    id: 'field-notes',
    kind: 'web',
    redirectUris: [`${notes}/callback`],
    tokenEndpointAuthMethod: 'client_secret_basic',
  },
  browser: {
    ...person,
    id: 'dashboard',
    kind: 'browser',
    redirectUris: [`${notes}/dashboard`],
    tokenEndpointAuthMethod: 'none',
  },
  native: {
    ...person,
    id: 'notes-command',
    kind: 'native',
    redirectUris: ['http://127.0.0.1/'],
    postLogoutRedirectUris: [],
    tokenEndpointAuthMethod: 'none',
  },
  device: {
    ...person,
    id: 'notes-frame',
    kind: 'device',
    redirectUris: [],
    postLogoutRedirectUris: [],
    tokenEndpointAuthMethod: 'none',
  },
  proxied: {
    ...person,
    id: 'team-wiki',
    kind: 'proxied',
    redirectUris: ['https://wiki.example.com/.latchkey/callback'],
    postLogoutRedirectUris: [],
    tokenEndpointAuthMethod: 'none',
    forwardAuth: {
      origins: ['https://wiki.example.com'],
      openPaths: ['/health', '/public/'],
      remoteUser: 'userName',
    },
  },
  machine: {
    ...person,
    id: 'nightly-report',
    kind: 'machine',
    scopes: [],
    redirectUris: [],
    postLogoutRedirectUris: [],
    tokenEndpointAuthMethod: 'client_secret_basic',
  },
};
