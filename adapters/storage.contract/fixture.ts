import assert from 'node:assert/strict';
import type { Storage } from '../../server/storage.ts';
import {
  accountSample,
  appSample,
  artifactSample,
  auditEventSample,
  challengeSample,
  groupSample,
  installationSample,
  invitationSample,
  now,
  passkeyEventSample,
  passkeySample,
  proofSample,
  receiptKeySample,
  receiptSample,
  signInSample,
  signingKeySample,
  ticketSample,
} from './samples.ts';

/** One record of each kind, always the same: what the fixture of a release holds. */
const records = {
  installation: { ...installationSample(), id: 'installation-1' },
  account: accountSample({
    id: 'account-1',
    sub: 'sub-1',
    userNameKey: 'alice',
    email: 'alice@example.com',
    userHandles: ['handle-1', 'handle-2'],
    groups: ['group-1'],
    founder: true,
    lastSignInAt: now,
  }),
  group: groupSample({ id: 'group-1', nameKey: 'editors', description: 'They edit.' }),
  invitation: invitationSample({ id: 'invitation-1', accountId: 'account-1' }),
  app: appSample({ id: 'app-1', lifetimes: { session: 3600 } }),
  signIn: signInSample({ id: 'sign-in-1', accountId: 'account-1', passkeyId: 'passkey-1', appId: 'app-1' }),
  session: artifactSample({
    id: 'session-1',
    model: 'Session',
    uid: 'uid-1',
    accountId: 'sub-1',
    signInId: 'sign-in-1',
  }),
  code: artifactSample({ id: 'code-1', model: 'AuthorizationCode', grantId: 'grant-1', consumedAt: now }),
  signingKey: signingKeySample({ id: 'key-1', generation: 1 }),
  auditEvent: auditEventSample({
    id: 'event-1',
    chain: 'chain-1',
    actor: { kind: 'account', id: 'account-1' },
    accountId: 'account-1',
    details: { method: 'passkey', 'a.b': 1, $c: true },
  }),
  passkey: passkeySample({
    id: 'passkey-1',
    userHandle: 'handle-1',
    backupEligible: true,
    attestationObject: 'o2NmbXQ',
    clientDataJSON: 'eyJ0eXAi',
    counter: 7,
    lastUsedAt: now,
  }),
  challenge: challengeSample({ id: 'challenge-1', userHandle: 'handle-1' }),
  ticket: ticketSample({ id: 'ticket-1', userHandle: 'handle-3' }),
  proof: proofSample({ id: 'proof-1', userHandle: 'handle-1' }),
  receipt: receiptSample({
    id: 'sign-in-1',
    userHandle: 'handle-1',
    passkeyId: 'passkey-1',
    kid: 'receipt-key-1',
  }),
  receiptKey: receiptKeySample({
    id: 'receipt-key-1',
    generation: 1,
    publicJwk: { kty: 'EC', crv: 'P-256', x: 'x-1', y: 'y-1' },
    currentAt: now,
  }),
  passkeyEvent: passkeyEventSample({ id: 'event-1', userHandle: 'handle-1', passkeyId: 'passkey-1' }),
};

export async function storeFixture(storage: Storage): Promise<void> {
  await storage.installation.insertOnce(records.installation);
  await storage.accounts.insert(records.account);
  await storage.groups.insert(records.group);
  await storage.invitations.insert(records.invitation);
  await storage.apps.insert(records.app);
  await storage.signIns.insert(records.signIn);
  await storage.artifacts.upsert(records.session);
  await storage.artifacts.upsert(records.code);
  await storage.signingKeys.insert(records.signingKey);
  await storage.auditEvents.insertMany([records.auditEvent]);
  await storage.passkeys.insert(records.passkey);
  await storage.challenges.insert(records.challenge);
  await storage.tickets.insert(records.ticket);
  await storage.proofs.insert(records.proof);
  await storage.receipts.insert(records.receipt);
  await storage.receiptKeys.insert(records.receiptKey);
  await storage.passkeyEvents.insert(records.passkeyEvent);
}

/** Every record of that version is found, and by what it is searched by. @param name of the file: `v1.sql` */
export async function assertFixture(storage: Storage, name: string): Promise<void> {
  const version = Number(/^v(\d+)\./.exec(name)?.[1]);
  assert.deepEqual(await storage.installation.find(), records.installation);
  assert.deepEqual(await storage.accounts.findByUserHandle('handle-2'), records.account);
  assert.deepEqual((await storage.accounts.listByGroup('group-1', { limit: 9 })).items, [records.account]);
  assert.deepEqual(await storage.groups.findByNameKey('editors'), records.group);
  assert.deepEqual(await storage.invitations.find('invitation-1', now), records.invitation);
  assert.deepEqual(await storage.apps.findById('app-1'), records.app);
  assert.deepEqual(await storage.signIns.findMany(['sign-in-1']), [records.signIn]);
  assert.deepEqual(await storage.artifacts.find(records.session.id), records.session);
  assert.deepEqual(await storage.artifacts.find('code-1'), records.code);
  assert.deepEqual(await storage.signingKeys.list(), [records.signingKey]);
  const events = await storage.auditEvents.listByChain('chain-1', { fromSequence: 0, limit: 9 });
  assert.deepEqual(events, [records.auditEvent]);
  assert.deepEqual(await storage.passkeys.listByUserHandle('handle-1'), [records.passkey]);
  assert.deepEqual(await storage.challenges.take('challenge-1', now), records.challenge);
  assert.deepEqual(await storage.tickets.find('ticket-1', now), records.ticket);
  assert.deepEqual(await storage.proofs.find('proof-1', now), records.proof);
  assert.deepEqual((await storage.signIns.list({ limit: 9 })).items, [records.signIn]);
  const since2 = <T>(record: T): T[] => (version >= 2 ? [record] : []);
  assert.deepEqual((await storage.receipts.list({ limit: 9 })).items, since2(records.receipt));
  assert.deepEqual(await storage.receiptKeys.list(), since2(records.receiptKey));
  assert.deepEqual((await storage.passkeyEvents.list({ limit: 9 })).items, since2(records.passkeyEvent));
}
