import type { Html } from './html.ts';
import type { PageContext } from './page.ts';
import { type AccountData, accountPage } from './pages/account.ts';
import { type ConsentItem, consentPage } from './pages/consent.ts';
import { errorPage } from './pages/error.ts';
import { homePage } from './pages/home.ts';
import { invitationPage } from './pages/invitation.ts';
import { linkInvalidPage } from './pages/link-invalid.ts';
import { lostPasskeyPage } from './pages/lost-passkey.ts';
import { recoveryPage } from './pages/recovery.ts';
import { setupLinkPage, setupPage } from './pages/setup.ts';
import { signInPage } from './pages/sign-in.ts';
import { signedOutPage, signOutPage } from './pages/sign-out.ts';
import { signUpPage } from './pages/sign-up.ts';

/** Every page with invented data, for the gallery and its check. */
export type Sample = (page: PageContext) => Html;

const now = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const app = { name: 'Field Notes', host: 'notes.example.com' };
const person = { name: 'Sample Person', userName: 'sample.person', email: 'sample.person@example.com' };
/** Set up for the address it is served at. */
const at = ({ issuer }: PageContext) => ({ installation: { rpId: 'localhost', origins: [issuer] } });
const enrolUrls = { options: '/answer/options', finish: '/answer/finish', abort: '/answer/abort' };
const challenge = 'c2FtcGxlLWNoYWxsZW5nZS1mb3ItdGhlLWdhbGxlcnk';

const items: readonly ConsentItem[] = [
  { scope: 'openid' },
  { scope: 'profile', name: person.name, userName: person.userName },
  { scope: 'email', email: person.email },
  { scope: 'groups', groups: ['Editors', 'Berlin office'] },
  { scope: 'offline_access', days: 30 },
];

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
      inUse: false,
      status: 'active',
      assurance: 'confirmed',
      ends: { sessions: 1, apps: 2 },
    },
    {
      id: 'two',
      name: 'Key in the drawer',
      model: 'YubiKey 5 Series',
      synced: false,
      createdAt: now - 20 * day,
      lastUsedAt: now - 5 * minute,
      lastUsedDevice: firefox,
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
    { id: 'notes', ...app, connectedAt: now - 80 * day, items },
    {
      id: 'wiki',
      name: 'Team Wiki',
      host: 'wiki.example.com',
      connectedAt: now - 4 * day,
      items: items.slice(0, 2),
    },
  ],
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
  passkeys: [firstPasskey],
  sessions: account.sessions.slice(0, 1),
  apps: [],
  welcome: { administrator: true, demoUrl: 'http://localhost:3001/' },
};

const signIn = {
  options: { challenge, rpId: 'localhost', userVerification: 'required', timeout: 300_000 },
  urls: {
    options: '/answer/options',
    login: '/answer/finish',
    abort: '/answer/abort',
    signUp: '/sign-up',
    lostPasskey: '/lost-passkey',
  },
  keepSignedInDays: 14,
};

export const samples: Readonly<Record<string, Sample>> = {
  home: (page) => homePage(page, { hasAdministrator: true, accountUrl: '/account' }),
  'setup-link': (page) => setupLinkPage(page),
  setup: (page) => setupPage(page, { ...at(page), urls: enrolUrls }),
  'sign-in': (page) => signInPage(page, { ...signIn, ...at(page), app }),
  'sign-in-account': (page) => {
    const { signUp: _, ...urls } = signIn.urls;
    return signInPage(page, { ...signIn, ...at(page), urls, keepSignedInDays: 0 });
  },
  'sign-up': (page) => signUpPage(page, { app, ...at(page), urls: { ...enrolUrls, signIn: '/sign-in' } }),
  invitation: (page) => invitationPage(page, { person, ...at(page), urls: enrolUrls }),
  recovery: (page) => recoveryPage(page, { person, purpose: 'recovery', ...at(page), urls: enrolUrls }),
  'recovery-additional': (page) =>
    recoveryPage(page, { person, purpose: 'additional', ...at(page), urls: enrolUrls }),
  'link-invalid': (page) => linkInvalidPage(page, { purpose: 'invitation', signInUrl: '/account' }),
  'link-invalid-setup': (page) => linkInvalidPage(page, { purpose: 'setup' }),
  'lost-passkey': (page) => lostPasskeyPage(page, { backUrl: '/sign-in' }),
  consent: (page) =>
    consentPage(page, { app, person, items, urls: { consent: '/answer/finish', abort: '/answer/abort' } }),
  'sign-out': (page) =>
    signOutPage(page, { action: '/session/end/confirm', xsrf: 'sample', appName: app.name }),
  'signed-out': (page) => signedOutPage(page, { signInUrl: '/account' }),
  account: (page) => accountPage(page, { ...account, ...at(page) }),
  'account-welcome': (page) => accountPage(page, { ...newcomer, ...at(page) }),
  'account-one-passkey': (page) =>
    accountPage(page, {
      ...account,
      ...at(page),
      passkeys: [firstPasskey],
      news: { kind: 'passkey-removed', passkeyName: 'Old phone' },
    }),
  'error-expired': (page) =>
    errorPage(page, { status: 400, code: 'interaction_expired', startUrl: '/account' }),
  'error-app': (page) =>
    errorPage(page, {
      status: 400,
      code: 'invalid_redirect_uri',
      description: 'redirect_uri did not match any of the client’s registered redirect_uris',
      backToApp: { name: app.name, url: 'https://notes.example.com/' },
    }),
  'error-away': (page) => errorPage(page, { status: 503, code: 'unavailable', retries: true }),
  'error-internal': (page) => errorPage(page, { status: 500, code: 'internal', startUrl: '/account' }),
  'error-not-found': (page) => errorPage(page, { status: 404, code: 'not_found', startUrl: '/account' }),
};
