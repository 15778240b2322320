/** The account page with invented data. */
import { recoverySamples } from './gallery-recovery.ts';
import type { Html } from './html.ts';
import type { PageContext } from './page.ts';
import { type AccountData, accountPage } from './pages/account.ts';
import type { ConsentItem } from './pages/consent.ts';

const now = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const app = { name: 'Field Notes', host: 'notes.example.com' };
export const person = {
  name: 'Sample Person',
  userName: 'sample.person',
  email: 'sample.person@example.com',
};
/** Set up for the address it is served at. */
export const at = ({ issuer }: PageContext) => ({ installation: { rpId: 'localhost', origins: [issuer] } });
export const items: readonly ConsentItem[] = [
  { scope: 'openid' },
  { scope: 'profile', name: person.name, userName: person.userName },
  { scope: 'email', email: person.email },
  { scope: 'groups', groups: ['Editors', 'Berlin office'] },
  { scope: 'offline_access', days: 30 },
];

/** A picture of a model, as metadata has them. */
export const sampleIcon = {
  url: '/models/sample.png',
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAgMAAAAOFJJnAAAACVBMVEX///8eIijWqjxriVBlAAAAA3RSTlMA//9EUNYhAAAAKElEQVR42mNgwAcYQ0MdcDFCRKGMAFacDLgaPOZQicG0alUDBQxcAACdGRzL1BmCbQAAAABJRU5ErkJggg==',
    'base64',
  ),
};

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1';

const account: Omit<AccountData, 'installation'> = {
  profile: person,
  passkeys: [
    {
      id: 'one',
      name: 'iCloud Keychain',
      model: 'iCloud Keychain',
      synced: true,
      createdAt: now - 90 * day,
      lastUsedAt: now - 3 * hour,
      lastUsedDevice: safari,
      backup: { isOn: true, since: now - 30 * day },
      inUse: false,
      status: 'active',
      assurance: 'confirmed',
      ends: { sessions: 1, apps: 2 },
    },
    {
      id: 'two',
      name: 'Key in the drawer',
      model: 'YubiKey 5 Series',
      iconUrl: sampleIcon.url,
      synced: false,
      createdAt: now - 20 * day,
      lastUsedAt: now - 5 * minute,
      lastUsedDevice: firefox,
      counterAlertAt: now - 26 * hour,
      inUse: true,
      status: 'active',
      assurance: 'confirmed',
      ends: { sessions: 2, apps: 1 },
    },
    {
      id: 'three',
      name: 'New phone',
      model: 'Google Password Manager',
      synced: true,
      createdAt: now - 2 * day,
      isDenied: true,
      inUse: false,
      status: 'active',
      assurance: 'unconfirmed',
      ends: { sessions: 0, apps: 0 },
    },
  ],
  sessions: [
    {
      uid: 'a',
      current: true,
      device: firefox,
      address: '192.0.2.14',
      signedInAt: now - 5 * minute,
      passkeyName: 'Key in the drawer',
    },
    {
      uid: 'b',
      current: false,
      device: safari,
      address: '2001:db8::7:14',
      signedInAt: now - 3 * day,
      lastUsedAt: now - 3 * hour,
      passkeyName: 'iCloud Keychain',
    },
    { uid: 'c', current: false, signedInAt: now - 5 * day, lastUsedAt: now - 2 * day },
  ],
  apps: [
    {
      id: 'notes',
      ...app,
      startUrl: 'https://notes.example.com/login?iss=https%3A%2F%2Flogin.example.com',
      connectedAt: now - 80 * day,
      approvals: [{ at: now - 2 * hour, message: 'Call 4711' }],
      items,
    },
    {
      id: 'wiki',
      name: 'Team Wiki',
      host: 'wiki.example.com',
      connectedAt: now - 4 * day,
      items: items.slice(0, 2),
    },
  ],
  impersonations: [],
  requests: [],
  signals: [],
  now,
};

const firstPasskey = {
  ...(account.passkeys[0] as AccountData['passkeys'][number]),
  inUse: true,
  createdAt: now,
  lastUsedAt: now,
};

const newcomer: Omit<AccountData, 'installation'> = {
  ...account,
  passkeys: [{ ...firstPasskey, modelAlert: { at: now - day, isBlocked: false } }],
  sessions: account.sessions.slice(0, 1),
  apps: [],
  welcome: { administrator: true, demoUrl: 'http://localhost:3001/' },
};

/** While a shop at the phone and a till wait for an answer. */
const asked: Omit<AccountData, 'installation'> = {
  ...account,
  requests: [
    {
      id: 'r1',
      app: { name: 'Sample Bank by phone', host: 'bank.example.com' },
      bindingMessage: 'Call 4711',
      items: items.slice(0, 2),
      expiresAt: now + 4 * 60_000,
    },
    { id: 'r2', app, items: items.slice(0, 1), expiresAt: now + 30_000 },
  ],
};

/** Whose help desk may act in the place of people. */
const impersonated: Omit<AccountData, 'installation'> = {
  ...account,
  impersonations: [
    { app: 'Help Desk', of: app.name, api: 'Invoices', at: now - 40 * minute },
    { app: 'Help Desk', of: 'Team Wiki', api: 'Pages of the team', at: now - 12 * day },
  ],
};

export const accountSamples: Readonly<Record<string, (page: PageContext) => Html>> = {
  account: (page) => accountPage(page, { ...account, ...at(page), consoleUrl: '/console' }),
  ...recoverySamples({ account, at, now }),
  'account-asked': (page) => accountPage(page, { ...asked, ...at(page) }),
  'account-impersonated': (page) => accountPage(page, { ...impersonated, ...at(page) }),
  'account-welcome': (page) => accountPage(page, { ...newcomer, ...at(page) }),
  'account-one-passkey': (page) =>
    accountPage(page, {
      ...account,
      ...at(page),
      passkeys: [{ ...firstPasskey, modelAlert: { at: now - day, isBlocked: false } }],
      news: { kind: 'passkey-removed', passkeyName: 'Old phone' },
    }),
  'account-few-passkeys': (page) =>
    accountPage(page, { ...account, ...at(page), leastPasskeys: account.passkeys.length + 1 }),
};
