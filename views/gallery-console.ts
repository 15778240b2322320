import type { AppDetails } from './console/apps/app.ts';
import type { EventRow } from './console/events.ts';
import type { ConsoleContext, Operator } from './console/frame.ts';
import type { PasskeyPageData } from './console/people/passkey.ts';
import type { PersonData } from './console/people/person.ts';
import type { PersonRow } from './console/people/person-facts.ts';
import { type Section, sections } from './console/sections.ts';
import type { SessionRow } from './console/session-table.ts';
import type { PageContext } from './page.ts';

/** Invented data for the pages of the console. */

export const now = Date.UTC(2026, 10, 22, 12);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const operator: Operator = {
  name: 'Sample Administrator',
  userName: 'sample.admin',
  role: 'administrator',
  sections: Object.keys(sections) as Section[],
};

export function atConsole(page: PageContext, other: Partial<Operator> = {}): ConsoleContext {
  return { ...page, operator: { ...operator, ...other }, now };
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1';

export const people: readonly PersonRow[] = [
  {
    id: 'p1',
    name: 'Sample Person',
    userName: 'sample.person',
    email: 'sample.person@example.com',
    role: 'person',
    status: 'active',
    lastSignInAt: now - 5 * minute,
  },
  {
    id: 'p2',
    name: 'A Name that is Rather Long, with Several Parts to it',
    userName: 'a.name.that.is.rather.long.with.several.parts.to.it',
    email: 'a.name.that.is.rather.long@department.sub.example.com',
    role: 'support',
    status: 'active',
    lastSignInAt: now - 3 * day,
  },
  {
    id: 'p3',
    name: 'Former Person',
    userName: 'former',
    role: 'person',
    status: 'disabled',
    lastSignInAt: now - 90 * day,
  },
  {
    id: 'p4',
    name: 'Invited Person',
    userName: 'invited',
    email: 'invited@example.com',
    role: 'person',
    status: 'active',
  },
];

const notes = { id: 'field-notes', name: 'Field Notes' };
const wiki = { id: 'wiki', name: 'Team Wiki' };

export const sessions: readonly SessionRow[] = [
  {
    uid: 's1',
    person: { id: 'p1', name: 'Sample Person' },
    device: firefox,
    address: '192.0.2.14',
    signedInAt: now - 5 * minute,
    passkey: { id: 'k1', name: 'Key in the drawer' },
    apps: [notes, wiki],
  },
  {
    uid: 's2',
    person: { id: 'p1', name: 'Sample Person' },
    device: safari,
    address: '2001:db8::7:14',
    signedInAt: now - 3 * day,
    passkey: { id: 'k2', name: 'iCloud Keychain' },
    apps: [],
  },
];

export const events: readonly EventRow[] = [
  {
    id: 'e1',
    at: now - 5 * minute,
    type: 'sign_in.succeeded',
    person: { id: 'p1', name: 'Sample Person' },
    app: notes,
    passkeyId: 'k1',
  },
  { id: 'e2', at: now - 7 * minute, type: 'sign_in.failed', app: notes, reason: 'signature_invalid' },
  {
    id: 'e3',
    at: now - 26 * hour,
    type: 'account.changed',
    outcome: 'intent',
    actor: { kind: 'account', id: 'p9', name: 'Sample Administrator' },
    person: { id: 'p1', name: 'Sample Person' },
  },
  { id: 'e4', at: now - 3 * day, type: 'backup.made', actor: { kind: 'machine' } },
];

export const person: PersonData = {
  person: {
    id: 'p1',
    sub: 'f3b8c1de-2a4f-4a5e-9a61-0e7d4f1f6a55',
    name: 'Sample Person',
    userName: 'sample.person',
    email: 'sample.person@example.com',
    emailVerified: true,
    role: 'support',
    status: 'active',
    groups: [
      { id: 'g1', name: 'Editors' },
      { id: 'g2', name: 'Berlin office' },
    ],
    administers: [notes],
    attributes: [
      { name: 'department', value: 'Research' },
      { name: 'contractor', value: false },
      { name: 'sites', value: ['Berlin', 'Graz'] },
    ],
    createdAt: now - 90 * day,
    lastSignInAt: now - 5 * minute,
    revision: 4,
  },
  passkeys: [
    {
      id: 'k1',
      name: 'Key in the drawer',
      model: 'YubiKey 5 Series',
      iconUrl: '/models/sample.png',
      synced: false,
      status: 'active',
      assurance: 'confirmed',
      createdAt: now - 90 * day,
      lastUsedAt: now - 5 * minute,
      lastUsedDevice: firefox,
    },
    {
      id: 'k2',
      name: 'iCloud Keychain',
      synced: true,
      status: 'active',
      assurance: 'unconfirmed',
      counterAlertAt: now - 26 * hour,
      createdAt: now - 20 * day,
      lastUsedAt: now - 3 * day,
      lastUsedDevice: safari,
    },
  ],
  sessions,
  apps: [{ ...notes, connectedAt: now - 80 * day, scopes: ['openid', 'profile', 'email'] }],
  events,
  may: { change: true, disable: true, recover: true, remove: true, endSessions: true },
  ends: { sessions: 2, apps: 2 },
};

export const passkey: PasskeyPageData = {
  person: { id: 'p1', name: 'Sample Person' },
  passkey: {
    ...(person.passkeys[0] as PersonData['passkeys'][number]),
    id: 'wEJ3oJz8m2sQ5b0Zs5GmLxTgcyx0dSAVtUsw4TjU2vXbGg4HqYhPO1b1',
    aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
    attestation: { format: 'packed', isVerified: true, detail: 'Yubico AB' },
    flags: { userVerified: true, backupEligible: false, backedUp: false },
    certification: 'FIDO L2',
    keyProtection: ['hardware', 'secure_element'],
    algorithm: 'ES256',
    transports: ['usb', 'nfc'],
    rpId: 'example.com',
    origin: 'https://login.example.com',
    counter: 1204,
    assurance: 'unconfirmed',
  },
  signed: [
    { id: '3f9ab1', at: now - 5 * minute, apps: [notes, wiki], device: firefox, address: '192.0.2.14' },
    { id: '88ce02', at: now - 3 * day, apps: [], device: firefox, address: '192.0.2.14' },
  ],
  events: events.slice(0, 1),
  ends: { sessions: 1, apps: 2 },
  may: { confirm: true, suspend: true, remove: true },
};

export const app: AppDetails = {
  security: ['security.profileSecurity', 'security.pushed', { encrypted: 'security.idToken' }],
  id: 'b7d3f6a0-5f0e-4a7e-8d17-6e6a2c1f9f10',
  name: 'Field Notes',
  kind: 'web',
  redirectUris: ['https://notes.example.com/callback', 'https://staging.notes.example.com/callback'],
  postLogoutRedirectUris: ['https://notes.example.com/'],
  initiateLoginUri: 'https://notes.example.com/login',
  defaultMaxAge: 3600,
  backchannelLogoutUri: 'https://notes.example.com/logout',
  frontchannelLogoutUri: 'https://notes.example.com/frame',
  secrets: [
    { id: 'sec-2', createdAt: now - 2 * hour },
    { id: 'sec-1', createdAt: now - 200 * day, expiresAt: now + 22 * hour },
  ],
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['authorization_code', 'refresh_token'],
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  apiScopes: [],
  claims: ['department'],
  consent: 'explicit',
  pkce: 'required',
  idTokenSignedResponseAlg: 'ES256',
  sector: 'notes.example.com',
  lifetimes: { accessToken: 900, session: 36_000 },
  allowedGroups: [{ id: 'g1', name: 'Editors' }],
  hasRule: true,
  createdAt: now - 200 * day,
  revision: 7,
};
