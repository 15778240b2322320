import { allowedAppPage } from './console/apis/allowed-app.ts';
import { type ApiData, apiPage } from './console/apis/api.ts';
import { apiFormPage } from './console/apis/api-form.ts';
import { apisPage } from './console/apis/list.ts';
import { registrationPage } from './console/registration/pages.ts';
import { app, atConsole, day, now } from './gallery-console.ts';
import type { Sample } from './gallery-samples.ts';

const api = {
  id: 'a1',
  name: 'Invoices',
  audience: 'https://api.example.com/invoices',
  scopes: [
    { name: 'invoices:read', sentence: 'Read your invoices.' },
    { name: 'invoices:pay', sentence: 'Pay your invoices, from the account that you named there.' },
  ],
  tokenFormat: 'opaque' as const,
  tokenLifetime: 600,
  signingAlg: 'ES256',
  detailTypes: [{ type: 'payment', sentence: 'Make this payment.' }],
  createdAt: now - 20 * day,
  revision: 3,
};

const data: ApiData = {
  api,
  apps: [
    {
      id: app.id,
      name: app.name,
      people: ['invoices:read', 'invoices:pay'],
      machine: [],
      details: ['payment'],
    },
    { id: 'backup', name: 'Nightly backup', people: [], machine: ['invoices:read'], details: [] },
  ],
  introspectedBy: [],
  mayChange: true,
  problems: {},
};

const fields = {
  audience: api.audience,
  name: api.name,
  scopes: api.scopes.map(({ name, sentence }) => `${name} ${sentence}`).join('\n'),
  tokenFormat: 'jwt',
  tokenLifetime: '600',
  signingAlg: 'ES256',
  introspectedBy: '',
  detailTypes: '',
};

/** APIs, with what they look like in every state, and how apps come by themselves. */
export const apiSamples: Readonly<Record<string, Sample>> = {
  'console-apis': (page) =>
    apisPage(atConsole(page), {
      apis: [
        { ...api, scopes: api.scopes.map(({ name }) => name), apps: 2 },
        {
          id: 'a2',
          name: 'Printers in the Berlin office',
          audience: 'urn:example:printers',
          scopes: ['print'],
          apps: 0,
          tokenFormat: 'jwt',
        },
      ],
      mayChange: true,
    }),
  'console-apis-none': (page) => apisPage(atConsole(page), { apis: [], mayChange: true }),
  'console-api': (page) => apiPage(atConsole(page), data),
  'console-api-new': (page) =>
    apiFormPage(atConsole(page), {
      fields: { ...fields, audience: 'invoices' },
      problems: { audience: 'Must be an absolute URI without a fragment, such as https://api.example.com.' },
    }),
  'console-api-edit': (page) =>
    apiFormPage(atConsole(page), {
      api,
      fields: { ...fields, detailTypes: '[\n  { "type": "payment" }\n]' },
      problems: { scopes: 'Line 2: Must not be empty.' },
    }),
  'console-api-app': (page) =>
    allowedAppPage(atConsole(page), {
      api,
      app,
      fields: { people: ['invoices:read'], machine: [], details: [] },
      problems: {},
    }),
  'console-registration': (page) =>
    registrationPage(atConsole(page), {
      tokens: [
        {
          id: 't1',
          name: 'Agents of the Berlin office',
          policy: {
            ...{ kinds: ['web'], scopes: ['openid', 'profile'], pkce: 'off' },
            redirectHosts: ['*.example.com'],
          },
          usesLeft: 3,
          expiresAt: now + day,
        },
      ],
      newToken: 'lk_7sP9q2VwXk5cY0bT3nRmZaJhG8uQe4Ld',
      fields: {
        ...{ name: '', kinds: ['web', 'native'], scopes: ['openid'], uses: '1', hours: '24' },
        ...{
          redirectHosts: 'https://example.com',
          outboundHosts: '',
          pkce: 'optional',
          isCibaAllowed: false,
        },
      },
      scopes: ['openid', 'profile', 'email', 'people:read'],
      mayChange: true,
      problems: { redirectHosts: 'Must be hosts, such as app.example.com.' },
    }),
};
