import assert from 'node:assert/strict';
import type { Storage } from '../../server/storage.ts';
import {
  apiSample,
  appRefusalsSample,
  approvalSample,
  attributeSample,
  initialAccessTokenSample,
  outgoingMailSample,
} from './administration-samples.ts';
import { auditCheckpointSample, auditEventSample, auditKeySample } from './audit-samples.ts';
import {
  accountSample,
  appSample,
  artifactSample,
  authenticatorFloorSample,
  challengeSample,
  groupSample,
  installationSample,
  invitationSample,
  logoutNoticeSample,
  now,
  passkeyEventSample,
  passkeyHolderSample,
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
  auditKey: auditKeySample({ id: 'account-1' }),
  auditCheckpoint: auditCheckpointSample(1),
  auditChain: { id: 'chain-1', at: now },
  logoutNotice: logoutNoticeSample({
    id: 'notice-1',
    appId: 'app-1',
    sub: 'sub-1',
    sid: 'sid-1',
    attempts: 1,
    lastFailure: 'it answered 500',
  }),
  approval: approvalSample({
    id: 'approval-1',
    accountId: 'account-1',
    requestedBy: 'account-3',
    decidedBy: 'account-2',
  }),
  initialAccessToken: initialAccessTokenSample({ id: 'token-1' }),
  outgoingMail: outgoingMailSample({ id: 'mail-1', attempts: 1 }),
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
  authenticatorFloor: authenticatorFloorSample(),
  figure: { id: 'people/active', value: 1 },
  passkeyHolder: passkeyHolderSample({
    id: 'account-1',
    passkeys: [{ id: 'passkey-1', aaguid: 'model-1', kind: 'synced' }],
  }),
  appRefusals: appRefusalsSample({
    id: 'app-1',
    refusals: [
      { code: 'invalid_client', reason: 'invalid secret provided', count: 2, firstAt: now, at: now },
    ],
  }),
  api: apiSample({
    id: 'api-1',
    audience: 'https://api.example/',
    apps: [{ id: 'app-1', people: ['read'], machine: [], details: ['payment'] }],
    detailTypes: [{ type: 'payment', sentence: 'Pay.', schema: { type: 'object', properties: {} } }],
  }),
  attribute: attributeSample({ id: 'cost_centre', description: 'Who pays.' }),
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
  await storage.auditKeys.insert(records.auditKey);
  await storage.auditCheckpoints.insert(records.auditCheckpoint);
  await storage.auditChains.announce(records.auditChain);
  await storage.logoutNotices.insert(records.logoutNotice);
  await storage.approvals.insert(records.approval);
  await storage.initialAccessTokens.insert(records.initialAccessToken);
  await storage.appRefusals.insert(records.appRefusals);
  await storage.apis.insert(records.api);
  await storage.attributeDefinitions.insert(records.attribute);
  await storage.outgoingMails.insert(records.outgoingMail);
  await storage.passkeys.insert(records.passkey);
  await storage.challenges.insert(records.challenge);
  await storage.tickets.insert(records.ticket);
  await storage.proofs.insert(records.proof);
  await storage.receipts.insert(records.receipt);
  await storage.receiptKeys.insert(records.receiptKey);
  await storage.passkeyEvents.insert(records.passkeyEvent);
  await storage.authenticatorFloors.insert(records.authenticatorFloor);
  await storage.figures.add([records.figure]);
  await storage.passkeyHolders.insert(records.passkeyHolder);
}

/** Every record of that version is found, and by what it is searched by. @param name of the file: `v1.sql` */
export async function assertFixture(storage: Storage, name: string): Promise<void> {
  const version = Number(/^v(\d+)\./.exec(name)?.[1]);
  assert.deepEqual(await storage.installation.find(), records.installation);
  assert.deepEqual(await storage.accounts.findByUserHandle('handle-2'), records.account);
  assert.deepEqual((await storage.accounts.listByGroup('group-1', { limit: 9 })).items, [records.account]);
  const typed = { text: 'ALICE exa', limit: 9 };
  assert.deepEqual(await storage.accounts.search(typed), { items: [records.account] });
  assert.deepEqual(await storage.groups.search({ text: 'edit', limit: 9 }), { items: [records.group] });
  assert.deepEqual(await storage.apps.search({ text: 'app-1 wi', limit: 9 }), { items: [records.app] });
  assert.deepEqual(await storage.groups.findByNameKey('editors'), records.group);
  assert.deepEqual(await storage.invitations.find('invitation-1', now), records.invitation);
  assert.deepEqual(await storage.apps.findById('app-1'), records.app);
  assert.deepEqual(await storage.signIns.findMany(['sign-in-1']), [records.signIn]);
  assert.deepEqual(await storage.artifacts.find(records.session.id), records.session);
  assert.deepEqual(await storage.artifacts.find('code-1'), records.code);
  assert.deepEqual(await storage.signingKeys.list(), [records.signingKey]);
  const events = await storage.auditEvents.listByChain('chain-1', { fromSequence: 0, limit: 9 });
  assert.deepEqual(events, [records.auditEvent]);
  assert.deepEqual(await storage.auditEvents.listByActor('account-1', { limit: 9 }), events);
  assert.deepEqual(await storage.passkeys.listByUserHandle('handle-1'), [records.passkey]);
  assert.deepEqual(await storage.challenges.take('challenge-1', now), records.challenge);
  assert.deepEqual(await storage.tickets.find('ticket-1', now), records.ticket);
  assert.deepEqual(await storage.proofs.find('proof-1', now), records.proof);
  assert.deepEqual((await storage.signIns.list({ limit: 9 })).items, [records.signIn]);
  const since2 = <T>(record: T): T[] => (version >= 2 ? [record] : []);
  assert.deepEqual((await storage.receipts.list({ limit: 9 })).items, since2(records.receipt));
  assert.deepEqual(await storage.receiptKeys.list(), since2(records.receiptKey));
  assert.deepEqual((await storage.passkeyEvents.list({ limit: 9 })).items, since2(records.passkeyEvent));
  const since3 = <T>(record: T): T[] => (version >= 3 ? [record] : []);
  const due = { state: 'pending', appId: 'app-1', until: now, limit: 9 } as const;
  assert.deepEqual(await storage.logoutNotices.list(due), since3(records.logoutNotice));
  const since4 = <T>(record: T): T[] => (version >= 4 ? [record] : []);
  assert.deepEqual(await storage.figures.findMany(['people/active']), since4(records.figure));
  assert.deepEqual(await storage.passkeyHolders.findMany(['account-1']), since4(records.passkeyHolder));
  assert.deepEqual(await storage.auditKeys.findMany(['account-1']), since4(records.auditKey));
  assert.deepEqual(
    await storage.auditCheckpoints.list({ from: 1, limit: 9 }),
    since4(records.auditCheckpoint),
  );
  assert.deepEqual(await storage.auditChains.list({ since: now, limit: 9 }), since4(records.auditChain));
  const floor = version >= 3 ? records.authenticatorFloor : undefined;
  assert.deepEqual(await storage.authenticatorFloors.find(), floor);
  assert.deepEqual(await storage.approvals.listByAccount('account-1', now), since4(records.approval));
  const { items: tokens } = await storage.initialAccessTokens.list({ limit: 9, now });
  assert.deepEqual(tokens, since4(records.initialAccessToken));
  assert.deepEqual(await storage.apis.list(), since4(records.api));
  assert.deepEqual(await storage.attributeDefinitions.list(), since4(records.attribute));
  assert.deepEqual(
    [await storage.appRefusals.findById('app-1')].filter(Boolean),
    since4(records.appRefusals),
  );
  const mails = await storage.outgoingMails.listDue({ until: now, limit: 9 });
  assert.deepEqual(mails, since4(records.outgoingMail));
}
