import type { OpenStorageOptions, Storage } from '../../server/storage.ts';
import { sweep } from '../sweep.ts';
import { createAccounts } from './accounts.ts';
import { createApis } from './apis.ts';
import { createAppRefusals } from './app-refusals.ts';
import { createApprovals } from './approvals.ts';
import { createApps } from './apps.ts';
import { createArtifacts } from './artifacts.ts';
import { createAttributeDefinitions } from './attribute-definitions.ts';
import { createAuditEvents } from './audit-events.ts';
import { createAuditChains, createAuditCheckpoints, createAuditKeys } from './audit-records.ts';
import { createAuthenticatorFloors } from './authenticator-floors.ts';
import { backupDatabase } from './backup.ts';
import { createChallenges } from './challenges.ts';
import { readClock } from './clock.ts';
import { createFidoMetadata } from './fido-metadata.ts';
import { createFigures } from './figures.ts';
import { createGroups } from './groups.ts';
import { createInitialAccessTokens } from './initial-access-tokens.ts';
import { createInstallation } from './installation.ts';
import { createInvitations } from './invitations.ts';
import { createLeases } from './leases.ts';
import { createLink, type Link } from './link.ts';
import { createLogoutNotices } from './logout-notices.ts';
import { checkSchema, migrate, schemaVersion, storedVersion } from './migrations.ts';
import { createOutgoingMails } from './outgoing-mails.ts';
import { createPasskeyEvents } from './passkey-events.ts';
import { createPasskeyHolders } from './passkey-holders.ts';
import { createPasskeys } from './passkeys.ts';
import { createProofs } from './proofs.ts';
import { createLimiter } from './rate-limits.ts';
import { readableElsewhere } from './reach.ts';
import { createReceiptKeys } from './receipt-keys.ts';
import { createReceipts } from './receipts.ts';
import type { Revision } from './record-model.ts';
import { createSignIns } from './sign-ins.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTickets } from './tickets.ts';

/** @throws StorageError if it waits and MongoDB is not there */
export async function openMongo({ url, schema, waitUntilReady }: OpenStorageOptions): Promise<Storage> {
  const link = createLink(url);
  const storage = createStorage(link);
  const { connection } = link;
  const prepare = () => (schema === 'check' ? checkSchema(connection) : migrate(connection));
  if (!waitUntilReady) {
    link.openLater(prepare);
    return storage;
  }
  try {
    await link.open(prepare);
    return storage;
  } catch (error) {
    await link.close();
    throw error;
  }
}

function createStorage(link: Link): Storage {
  const { connection, run } = link;
  const repositories = createRepositories(link);
  return {
    engine: 'mongodb',
    ...repositories,
    createLimiter: (limit) => createLimiter(link, limit),
    ping: link.ping,
    clock: () => run(() => readClock(connection)),
    revision: () => run(() => readRevision(link)),
    schemaVersion: () => run(async () => ({ stored: await storedVersion(connection), code: schemaVersion })),
    backup: (file, onProgress) => run(() => backupDatabase(connection, file, onProgress)),
    readableElsewhere: () => run(() => readableElsewhere(connection)),
    sweep: (now) => sweep(repositories, now),
    [Symbol.asyncDispose]: link.close,
  };
}

function createRepositories(link: Link) {
  return {
    installation: createInstallation(link),
    accounts: createAccounts(link),
    invitations: createInvitations(link),
    groups: createGroups(link),
    apps: createApps(link),
    signIns: createSignIns(link),
    artifacts: createArtifacts(link),
    signingKeys: createSigningKeys(link),
    auditEvents: createAuditEvents(link),
    auditKeys: createAuditKeys(link),
    auditCheckpoints: createAuditCheckpoints(link),
    auditChains: createAuditChains(link),
    logoutNotices: createLogoutNotices(link),
    approvals: createApprovals(link),
    initialAccessTokens: createInitialAccessTokens(link),
    apis: createApis(link),
    appRefusals: createAppRefusals(link),
    attributeDefinitions: createAttributeDefinitions(link),
    outgoingMails: createOutgoingMails(link),
    figures: createFigures(link),
    passkeyHolders: createPasskeyHolders(link),
    passkeys: createPasskeys(link),
    challenges: createChallenges(link),
    tickets: createTickets(link),
    proofs: createProofs(link),
    receipts: createReceipts(link),
    receiptKeys: createReceiptKeys(link),
    passkeyEvents: createPasskeyEvents(link),
    fidoMetadata: createFidoMetadata(link),
    leases: createLeases(link),
    authenticatorFloors: createAuthenticatorFloors(link),
  };
}

async function readRevision({ connection }: Link): Promise<string> {
  const revision = await connection.collection<Revision>('revisions').findOne({ _id: 'caches' });
  return String(revision?.value ?? 0);
}
