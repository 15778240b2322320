import type {
  Api,
  AppRefusals,
  Approval,
  AttributeDefinition,
  InitialAccessToken,
  OutgoingMail,
} from '../../server/storage.ts';
import { now, randomId } from './samples.ts';

export const approvalSample = (fields: Partial<Approval> = {}): Approval => ({
  id: randomId(),
  kind: 'recovery',
  accountId: randomId(),
  requestedBy: randomId(),
  status: 'pending',
  createdAt: now,
  expiresAt: now + 1000,
  revision: 1,
  ...fields,
});

export const initialAccessTokenSample = (fields: Partial<InitialAccessToken> = {}): InitialAccessToken => ({
  id: randomId(),
  name: 'Agents',
  hash: 'hmac-sha256:abc',
  policy: { kinds: ['web', 'native'], scopes: ['openid'] },
  usesLeft: 3,
  createdAt: now,
  expiresAt: now + 1000,
  revision: 1,
  ...fields,
});

export const outgoingMailSample = (fields: Partial<OutgoingMail> = {}): OutgoingMail => ({
  id: randomId(),
  sealed: 'v1.key.sealed',
  attempts: 0,
  nextAttemptAt: now,
  createdAt: now,
  expiresAt: now + 1000,
  ...fields,
});

export const appRefusalsSample = (fields: Partial<AppRefusals> = {}): AppRefusals => ({
  id: randomId(),
  refusals: [],
  revision: 1,
  ...fields,
});

export const attributeSample = (fields: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  id: randomId(),
  label: 'Cost centre',
  type: 'string',
  createdAt: now,
  updatedAt: now,
  revision: 1,
  ...fields,
});

export const apiSample = (fields: Partial<Api> = {}): Api => ({
  id: randomId(),
  audience: `https://${randomId().toLowerCase()}.example/`,
  name: 'Invoices',
  scopes: [{ name: 'read', sentence: 'Read your invoices.' }],
  tokenFormat: 'jwt',
  tokenLifetime: 300,
  signingAlg: 'ES256',
  apps: [],
  introspectedBy: [],
  createdAt: now,
  updatedAt: now,
  revision: 1,
  ...fields,
});
