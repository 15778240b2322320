import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type OpenStorageOptions, type Storage, StorageError } from '../../server/storage.ts';
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
import { backupFile } from './backup.ts';
import { createChallenges } from './challenges.ts';
import { createDatabase, type Database, openFile } from './database.ts';
import { toStorageError } from './errors.ts';
import { createFidoMetadata } from './fido-metadata.ts';
import { createFigures } from './figures.ts';
import { createPrivateFile, fileOf, inMemory, lockFile } from './file.ts';
import { createGroups } from './groups.ts';
import { createInitialAccessTokens } from './initial-access-tokens.ts';
import { createInstallation } from './installation.ts';
import { createInvitations } from './invitations.ts';
import { createLeases } from './leases.ts';
import { createLogoutNotices } from './logout-notices.ts';
import { checkSchema, migrate, schemaVersion, storedVersion } from './migrations.ts';
import { createOutgoingMails } from './outgoing-mails.ts';
import { createPasskeyEvents } from './passkey-events.ts';
import { createPasskeyHolders } from './passkey-holders.ts';
import { createPasskeys } from './passkeys.ts';
import { createProofs } from './proofs.ts';
import { createReceiptKeys } from './receipt-keys.ts';
import { createReceipts } from './receipts.ts';
import { createSignIns } from './sign-ins.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTickets } from './tickets.ts';

/** @throws StorageError */
export async function openSqlite(options: Omit<OpenStorageOptions, 'waitUntilReady'>): Promise<Storage> {
  const { file, db, resources } = prepareFile(options);
  const database = createDatabase(db);
  const repositories = createRepositories(database);
  const readRevision = database.one("SELECT value FROM revisions WHERE id = 'caches'", ({ value }) => value);
  return {
    engine: 'sqlite',
    ...repositories,
    async ping() {
      await readRevision();
    },
    revision: async () => String(await readRevision()),
    schemaVersion: async () => ({ stored: storedVersion(db), code: schemaVersion }),
    backup: (target, onProgress) => backupFile({ db, file }, target, onProgress),
    sweep: (now) => sweep(repositories, now),
    async [Symbol.asyncDispose]() {
      database.close();
      resources.dispose();
    },
  };
}

/** The repositories alone: a test reads their statements. */
export function createRepositories(database: Database) {
  return {
    installation: createInstallation(database),
    accounts: createAccounts(database),
    invitations: createInvitations(database),
    groups: createGroups(database),
    apps: createApps(database),
    signIns: createSignIns(database),
    artifacts: createArtifacts(database),
    signingKeys: createSigningKeys(database),
    auditEvents: createAuditEvents(database),
    auditKeys: createAuditKeys(database),
    auditCheckpoints: createAuditCheckpoints(database),
    auditChains: createAuditChains(database),
    logoutNotices: createLogoutNotices(database),
    approvals: createApprovals(database),
    initialAccessTokens: createInitialAccessTokens(database),
    apis: createApis(database),
    appRefusals: createAppRefusals(database),
    attributeDefinitions: createAttributeDefinitions(database),
    outgoingMails: createOutgoingMails(database),
    figures: createFigures(database),
    passkeyHolders: createPasskeyHolders(database),
    passkeys: createPasskeys(database),
    challenges: createChallenges(database),
    tickets: createTickets(database),
    proofs: createProofs(database),
    receipts: createReceipts(database),
    receiptKeys: createReceiptKeys(database),
    passkeyEvents: createPasskeyEvents(database),
    fidoMetadata: createFidoMetadata(database),
    leases: createLeases(database),
    authenticatorFloors: createAuthenticatorFloors(database),
  };
}

/** Opens the file with its lock and schema; what was opened is closed again if a step fails. */
function prepareFile({ url, role, schema }: Omit<OpenStorageOptions, 'waitUntilReady'>) {
  const file = fileOf(url);
  if (schema === 'check' && file !== inMemory && !existsSync(file))
    throw new StorageError(
      'needs_migration',
      `there is no database at ${file} yet: run \`latchkey migrate\``,
    );
  using opened = new DisposableStack();
  try {
    if (file !== inMemory) {
      createPrivateFile(file);
      if (role === 'server') opened.use(lockFile(file));
    }
    const db = opened.adopt(openFile(file), closeOnce);
    if (schema === 'check') checkSchema(db);
    else migrate(db);
    return { file, db, resources: opened.move() };
  } catch (error) {
    throw withFile(toStorageError(error), file);
  }
}

function closeOnce(db: DatabaseSync): void {
  if (db.isOpen) db.close();
}

/** Whoever reads the message wants to know which file. */
function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof StorageError) || error.message.includes(file)) return error;
  return new StorageError(error.reason, `${file}: ${error.message}`, { cause: error.cause });
}
