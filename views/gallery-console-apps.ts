import { appPage } from './console/apps/app.ts';
import { appFormPage } from './console/apps/app-form.ts';
import { appsPage } from './console/apps/list.ts';
import { newAppPage } from './console/apps/new-app.ts';
import { app, atConsole, day, hour, minute, now } from './gallery-console.ts';
import type { Sample } from './gallery-samples.ts';

const groupRows = [
  {
    id: 'g1',
    name: 'Editors',
    description: 'They write and publish',
    hasRule: true,
    createdAt: now - 200 * day,
  },
  { id: 'g2', name: 'Berlin office', hasRule: false, createdAt: now - 80 * day },
];

const appRows = [
  {
    id: app.id,
    name: app.name,
    kind: app.kind,
    host: 'notes.example.com',
  },
  {
    id: 'wiki',
    name: 'Team Wiki',
    kind: 'browser' as const,
    host: 'wiki.example.com',
  },
  { id: 'backup', name: 'Nightly backup', kind: 'machine' as const },
];

const guides = [
  {
    id: 'express',
    name: 'Express',
    about: 'A server of Node.js with Express.',
    steps: ['Start it with node server.js.'],
    wasRun: true,
    files: [
      { name: '.env', text: `ISSUER=https://login.example.com\nCLIENT_ID=${app.id}\nCLIENT_SECRET=…\n` },
      {
        name: 'server.js',
        text: "import express from 'express';\nimport { auth } from 'express-openid-connect';\n\nconst server = express();\nserver.use(auth({ issuerBaseURL: process.env.ISSUER, clientID: process.env.CLIENT_ID }));\n",
      },
    ],
  },
  {
    id: 'grafana',
    name: 'Grafana',
    about: 'Dashboards.',
    steps: [],
    wasRun: false,
    files: [{ name: 'grafana.ini', text: '[auth.generic_oauth]\nenabled = true\n' }],
  },
];

const appData = {
  app,
  discoveryUrl: 'https://login.example.com/.well-known/openid-configuration',
  guides,
  signIns: [
    {
      id: 'a',
      at: now - 5 * minute,
      person: { id: 'p1', name: 'Sample Person' },
      passkey: { id: 'k1', name: 'Key in the drawer' },
    },
  ],
  errors: [
    {
      sentence:
        'The redirect address differs by a trailing slash: https://notes.example.com/callback/ was sent, https://notes.example.com/callback is registered.',
      code: 'invalid_redirect_uri',
      at: now - 12 * minute,
      times: 3,
      add: 'https://notes.example.com/callback/',
    },
    {
      sentence: 'The app uses a wrong secret: copy it again, without spaces, or make a new one.',
      code: 'invalid_client',
      at: now - 3 * hour,
      times: 1,
    },
  ],
  apis: [
    {
      id: 'a1',
      name: 'Invoices',
      audience: 'https://api.example.com/invoices',
      people: ['invoices:read', 'invoices:pay'],
      machine: [],
      isItself: false,
    },
  ],
  exchange: {
    apps: [
      { id: 'wiki', name: 'Team Wiki', isImpersonated: true },
      { id: 'shop', name: 'Web Shop' },
    ],
    mayImpersonate: true,
  },
  ends: { sessions: 12 },
  may: { change: true },
};

const securityFields = {
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwks: '{"keys":[]}',
  jwksUri: '',
  profile: 'fapi2-security',
  on: ['requirePushedAuthorizationRequests'],
  encrypted: ['id_token'],
  encryptionAlg: 'ECDH-ES',
  encryptionEnc: 'A256GCM',
  certificateBy: 'subjectDn',
  certificateIs: '',
  isBoundToCertificate: false,
};
const appFields = {
  security: securityFields,
  subjects: { subjectType: 'pairwise', sectorIdentifierUri: '', isMeant: false },
  name: app.name,
  redirectUris: app.redirectUris.join('\n'),
  postLogoutRedirectUris: app.postLogoutRedirectUris.join('\n'),
  backchannelLogoutUri: 'http://notes.example.com/logout',
  frontchannelLogoutUri: '',
  isFrameToldSession: false,
  cibaMode: '',
  notificationEndpoint: '',
  logoUri: '',
  initiateLoginUri: 'https://notes.example.com/login',
  defaultMaxAge: '3600',
  consent: 'explicit',
  scopes: app.scopes,
  apiScopes: ['people:read'],
  claims: 'department',
  allowedGroups: ['g1'],
  accessTokenMinutes: '15',
  refreshTokenDays: '',
  sessionHours: '10',
  pkce: 'required',
  idTokenSignedResponseAlg: 'ES256',
  site: { origins: '', openPaths: '', siteAcr: '', remoteUser: '' },
};

/** Apps, with what they look like in every state. */
export const appSamples: Readonly<Record<string, Sample>> = {
  'console-apps': (page) => appsPage(atConsole(page), { apps: appRows, mayAdd: true }),
  'console-apps-none': (page) => appsPage(atConsole(page), { apps: [], mayAdd: true }),
  'console-app-new': (page) =>
    newAppPage(atConsole(page), {
      fields: { name: 'Field Notes', kind: 'web', redirectUri: 'http://notes.example.com/callback' },
      problems: {
        redirectUri:
          'http://notes.example.com/callback begins with http: outside localhost it must be https.',
      },
    }),
  'console-app': (page) => appPage(atConsole(page), appData),
  'console-app-made': (page) =>
    appPage(atConsole(page), {
      ...appData,
      errors: [],
      signIns: [],
      newSecret: 'lk_7sP9q2VwXk5cY0bT3nRmZaJhG8uQe4Ld',
      notice: { kind: 'success', text: 'Field Notes is connected.' },
    }),
  'console-app-machine': (page) =>
    appPage(atConsole(page), {
      ...appData,
      errors: [],
      app: {
        ...app,
        kind: 'machine',
        name: 'Nightly backup',
        redirectUris: [],
        postLogoutRedirectUris: [],
        apiScopes: ['people:read'],
        tokenEndpointAuthMethod: 'tls_client_auth',
        clientCertificate: { subjectDn: 'CN=backup,O=Sample Works,C=DE' },
      },
      apis: [],
      exchange: {
        ...{ apps: [], mayImpersonate: false },
        ...{ typed: 'backup', problem: 'Must be another app than this one.' },
      },
    }),
  'console-app-edit': (page) =>
    appFormPage(atConsole(page), {
      app,
      fields: appFields,
      scopes: app.scopes,
      algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'],
      certificateMethods: ['self_signed_tls_client_auth', 'tls_client_auth'],
      apiScopes: [{ value: 'people:read', hint: 'Reads people.' }],
      groups: groupRows,
      problems: { backchannelLogoutUri: 'It must be https.' },
    }),
  'console-app-edit-subjects': (page) =>
    appFormPage(atConsole(page), {
      app,
      fields: {
        ...appFields,
        subjects: {
          ...{ subjectType: 'pairwise', isMeant: false },
          sectorIdentifierUri: 'https://example.com/apps-of-the-notes-sector.json',
        },
      },
      scopes: app.scopes,
      ...{ algorithms: ['ES256'], certificateMethods: [], apiScopes: [], groups: [] },
      problems: {
        newSubjects: 'Everybody gets another sub.',
        sectorIdentifierUri: 'It does not list https://notes.example.com/callback.',
      },
    }),
  'console-app-edit-site': (page) =>
    appFormPage(atConsole(page), {
      app: { ...app, kind: 'proxied', name: 'Team Wiki' },
      fields: {
        ...appFields,
        site: {
          origins: 'https://wiki.example.com',
          openPaths: '/health\n/public/',
          siteAcr: 'phr',
          remoteUser: 'userName',
        },
      },
      scopes: ['openid', 'profile', 'email', 'groups'],
      algorithms: ['ES256'],
      certificateMethods: [],
      apiScopes: [],
      groups: groupRows,
      problems: {},
    }),
};
