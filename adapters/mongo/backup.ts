import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection } from 'mongoose';
import { schemaVersion } from './migrations.ts';
import type { Stored } from './record-model.ts';

/** First line of a backup. */
export interface BackupHeader {
  format: 'latchkey-backup-1';
  schemaVersion: number;
}

/** Every other line, but the last. `removeAt` is left out: it follows from `expiresAt`. */
export type BackupLine = [collection: string, document: Stored];

/** The last line tells that nothing is missing. */
export interface BackupFooter {
  documents: number;
}

/**
 * In this order, each by `_id`. A copy is not one moment: what points to something is copied before it, so a record
 * that was made meanwhile is there without anything that points to it, and the installation comes last. Of each receipt
 * that is there its sign-in follows; a sign-in bears its receipt within. What a checkpoint vouches for follows it.
 */
export const backupOrder = [
  'signingKeys',
  'artifacts',
  'receipts',
  'signIns',
  'logoutNotices',
  'outgoingMails',
  'approvals',
  'initialAccessTokens',
  'invitations',
  'tickets',
  'proofs',
  'challenges',
  'auditCheckpoints',
  'auditEvents',
  'auditKeys',
  'auditChains',
  'accounts',
  'passkeys',
  'receiptKeys',
  'fidoMetadata',
  'passkeyEvents',
  'authenticatorFloors',
  'passkeyHolders',
  'figures',
  'apis',
  'attributeDefinitions',
  'groups',
  'appRefusals',
  'apps',
  'installation',
] as const;

/** Of a chain a beginning is copied, never a part with a gap. */
const orders: Record<string, Record<string, 1>> = { auditEvents: { chain: 1, sequence: 1 } };

/** Streams every collection to a file that only its owner reads; it has its final name only when it is complete. */
export async function backupDatabase(
  connection: Connection,
  file: string,
  onProgress: (share: number) => void = () => {},
): Promise<void> {
  const partial = `${file}.partial`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rm(partial, { force: true });
  try {
    const lines = Readable.from(linesOf(connection, onProgress), { objectMode: true });
    await pipeline(lines, createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  await syncFolder(dirname(file));
  onProgress(1);
}

async function* linesOf(connection: Connection, onProgress: (share: number) => void): AsyncGenerator<string> {
  const line = (value: BackupHeader | BackupLine | BackupFooter) => `${JSON.stringify(value)}\n`;
  let expected = 0;
  for (const name of backupOrder) expected += await connection.collection(name).estimatedDocumentCount();
  yield line({ format: 'latchkey-backup-1', schemaVersion });
  let documents = 0;
  for (const name of backupOrder) {
    for await (const document of readAll(connection, name)) {
      yield line([name, document]);
      if (++documents % 100 === 0) onProgress(Math.min(documents / expected, 1));
    }
  }
  yield line({ documents });
}

function readAll(connection: Connection, name: string) {
  const sort = orders[name] ?? { _id: 1 };
  return connection.collection<Stored>(name).find({}, { projection: { removeAt: 0 }, sort });
}

/** So that the new name survives a power cut too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
