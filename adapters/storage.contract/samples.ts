import { randomBytes } from 'node:crypto';
import type {
  Account,
  App,
  Artifact,
  AuthenticatorFloor,
  Challenge,
  Group,
  Installation,
  Invitation,
  LogoutNotice,
  Passkey,
  PasskeyEvent,
  PasskeyHolder,
  Proof,
  Receipt,
  ReceiptKey,
  SignIn,
  SigningKey,
  Ticket,
} from '../../server/storage.ts';

/** An arbitrary moment: nothing here depends on the wall clock. It is far off, so that nothing cleans up by it. */
export const now = 4_000_000_000_000;

export const randomId = () => randomBytes(12).toString('base64url');

/** What a careless engine takes for something else. */
export const oddStrings = [
  'a.b.c',
  '$where',
  '__proto__',
  'constructor',
  'nul\0inside',
  'quote \' " ` \\',
  'line\u2028separator',
  '😀 \u202eright-to-left',
  '{"$gt":""}',
  '%_*?',
  ' ',
];

export const accountSample = (fields: Partial<Account> = {}): Account => ({
  id: randomId(),
  sub: randomId(),
  role: 'person',
  status: 'active',
  userName: 'Alice',
  userNameKey: randomId(),
  name: 'Alice Example',
  emailVerified: false,
  userHandles: [randomId()],
  groups: [],
  createdAt: now,
  updatedAt: now,
  revision: 0,
  ...fields,
});

export const appSample = (fields: Partial<App> = {}): App => ({
  id: randomId(),
  name: 'Wiki',
  kind: 'web',
  redirectUris: ['https://wiki.example.com/callback'],
  postLogoutRedirectUris: [],
  secrets: [{ id: 's1', hash: 'hmac-sha256:abc', createdAt: now }],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  scopes: ['openid', 'profile'],
  consent: 'explicit',
  pkce: 'required',
  idTokenSignedResponseAlg: 'ES256',
  lifetimes: {},
  origin: 'administrator',
  createdAt: now,
  updatedAt: now,
  revision: 0,
  ...fields,
});

export const groupSample = (fields: Partial<Group> = {}): Group => ({
  id: randomId(),
  name: 'Editors',
  nameKey: randomId(),
  createdAt: now,
  updatedAt: now,
  revision: 0,
  ...fields,
});

export const invitationSample = (fields: Partial<Invitation> = {}): Invitation => ({
  id: randomId(),
  purpose: 'invitation',
  createdAt: now,
  expiresAt: now + 1000,
  ...fields,
});

export const artifactSample = (fields: Partial<Artifact> = {}): Artifact => ({
  id: randomId(),
  model: 'AccessToken',
  payload: 'v1.key.sealed',
  expiresAt: now + 1000,
  ...fields,
});

export const signInSample = (fields: Partial<SignIn> = {}): SignIn => ({
  id: randomId(),
  accountId: randomId(),
  passkeyId: randomId(),
  acr: 'phr',
  amr: ['hwk', 'user'],
  at: now,
  expiresAt: now + 1000,
  ...fields,
});

export const signingKeySample = (fields: Partial<SigningKey> = {}): SigningKey => ({
  id: randomId(),
  alg: 'ES256',
  generation: 1 + randomBytes(4).readUInt32BE(),
  status: 'current',
  sealedJwk: 'v1.key.sealed',
  createdAt: now,
  ...fields,
});

export const logoutNoticeSample = (fields: Partial<LogoutNotice> = {}): LogoutNotice => ({
  id: randomId(),
  appId: randomId(),
  sub: randomId(),
  state: 'pending',
  attempts: 0,
  nextAttemptAt: now,
  createdAt: now,
  expiresAt: now + 1000,
  ...fields,
});

export const passkeySample = (fields: Partial<Passkey> = {}): Passkey => ({
  id: randomId(),
  publicKey: 'pQECAyYgASFYIA',
  algorithm: -7,
  userHandle: randomId(),
  rpId: 'example.com',
  origin: 'https://example.com',
  aaguid: '00000000-0000-0000-0000-000000000000',
  transports: ['internal', 'hybrid'],
  backedUp: false,
  userVerified: true,
  counter: 0,
  name: 'Phone',
  status: 'active',
  assurance: 'confirmed',
  createdAt: now,
  revision: 0,
  ...fields,
});

export const passkeyHolderSample = (fields: Partial<PasskeyHolder> = {}): PasskeyHolder => ({
  id: randomId(),
  passkeys: [{ id: randomId(), aaguid: '00000000-0000-0000-0000-000000000000', kind: 'synced' }],
  revision: 1,
  ...fields,
});

export const challengeSample = (fields: Partial<Challenge> = {}): Challenge => ({
  id: randomId(),
  purpose: 'sign-in',
  rpId: 'example.com',
  interaction: 'uid',
  browser: 'cookie-hash',
  expiresAt: now + 1000,
  ...fields,
});

export const ticketSample = (fields: Partial<Ticket> = {}): Ticket => ({
  id: randomId(),
  purpose: 'first',
  userHandle: randomId(),
  expiresAt: now + 1000,
  ...fields,
});

export const proofSample = (fields: Partial<Proof> = {}): Proof => ({
  id: randomId(),
  purpose: 'add-passkey',
  userHandle: randomId(),
  browser: 'cookie-hash',
  assurance: 'confirmed',
  expiresAt: now + 1000,
  ...fields,
});

export const installationSample = (): Installation => ({
  id: randomId(),
  keyCheck: 'v1.key.sealed',
  createdAt: now,
});

export const receiptSample = (fields: Partial<Receipt> = {}): Receipt => ({
  id: randomId(),
  at: now,
  userHandle: randomId(),
  passkeyId: randomId(),
  purpose: 'sign-in',
  jws: 'a.b.c',
  kid: randomId(),
  expiresAt: now + 1000,
  ...fields,
});

export const receiptKeySample = (fields: Partial<ReceiptKey> = {}): ReceiptKey => ({
  id: randomId(),
  generation: 1 + randomBytes(4).readUInt32BE(),
  publicJwk: { kty: 'EC', crv: 'P-256', x: randomId(), y: randomId() },
  sealedJwk: 'v1.key.sealed',
  createdAt: now,
  ...fields,
});

export const passkeyEventSample = (fields: Partial<PasskeyEvent> = {}): PasskeyEvent => ({
  id: randomId(),
  at: now,
  type: 'passkey_suspended',
  userHandle: randomId(),
  passkeyId: randomId(),
  expiresAt: now + 1000,
  ...fields,
});

export const authenticatorFloorSample = (fields: Partial<AuthenticatorFloor> = {}): AuthenticatorFloor => ({
  id: 'floor',
  rule: { deniedModels: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'], leastPasskeys: 2 },
  updatedAt: now,
  revision: 1,
  ...fields,
});
