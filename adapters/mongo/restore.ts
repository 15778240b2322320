import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Connection } from 'mongoose';
import { ConflictError, StorageError } from '../../server/storage.ts';
import type { Restore } from '../restore.ts';
import { type BackupFooter, type BackupHeader, type BackupLine, backupOrder } from './backup.ts';
import { createLink, type Link } from './link.ts';
import { migrate, schemaVersion } from './migrations.ts';
import type { Stored } from './record-model.ts';

const batchSize = 500;
const known: readonly string[] = backupOrder;

/** Reads a backup into the database. Can be run again after it was interrupted: the installation comes last. */
export async function restoreMongo(restore: Restore, except: readonly string[]): Promise<void> {
  const { url, file, replace = false, onProgress = () => {} } = restore;
  const { header, documents } = await checkBackup(file);
  const link = createLink(url);
  try {
    await link.open(() => makeRoom(link, { version: header.schemaVersion, replace }));
    await link.run(async () => {
      let done = 0;
      for await (const batch of batchesOf(file)) {
        await writeBatch(
          link.connection,
          batch.filter(([name]) => !except.includes(name)),
        );
        done += batch.length;
        onProgress(done / Math.max(documents, 1));
      }
      await migrate(link.connection);
    });
  } finally {
    await link.close();
  }
}

/** An empty database with the schema of the backup. */
async function makeRoom({ connection }: Link, { version, replace }: { version: number; replace: boolean }) {
  if (replace) await connection.dropDatabase();
  else if (await connection.collection('installation').findOne({})) throw new ConflictError('installation');
  await migrate(connection, version);
}

/** Reads the whole file once before anything is written: a damaged or cut one changes nothing. */
async function checkBackup(file: string): Promise<{ header: BackupHeader; documents: number }> {
  let header: BackupHeader | undefined;
  let footer: BackupFooter | undefined;
  let documents = 0;
  for await (const value of valuesOf(file)) {
    if (!header) header = value as BackupHeader;
    else if (footer) throw damaged(file);
    else if (isLine(value)) documents += 1;
    else footer = value as BackupFooter;
  }
  if (header?.format !== 'latchkey-backup-1' || footer?.documents !== documents) throw damaged(file);
  if (header.schemaVersion > schemaVersion)
    throw new StorageError('too_new', `${file} was made by a newer release: restore it with that one`);
  return { header, documents };
}

async function* batchesOf(file: string): AsyncGenerator<BackupLine[]> {
  let batch: BackupLine[] = [];
  for await (const value of valuesOf(file)) {
    if (!isLine(value)) continue;
    batch.push(value);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

async function* valuesOf(file: string): AsyncGenerator<unknown> {
  await stat(file).catch((cause) => {
    throw new StorageError('unreachable', `${file} cannot be read`, { cause });
  });
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    try {
      yield JSON.parse(line);
    } catch {
      throw damaged(file);
    }
  }
}

const isLine = (value: unknown): value is BackupLine =>
  Array.isArray(value) && known.includes(value[0]) && typeof value[1]?._id === 'string';

const damaged = (file: string) =>
  new StorageError('unreachable', `${file} is not a complete backup of MongoDB`);

/** Grouped by collection, in the order of the file; the installation comes last. */
async function writeBatch(connection: Connection, lines: readonly BackupLine[]): Promise<void> {
  for (const [name, group] of Map.groupBy(lines, ([name]) => name)) {
    const operations = group.map(([, document]) => ({
      replaceOne: { filter: { _id: document._id }, replacement: withRemoveAt(document), upsert: true },
    }));
    await connection.collection<Stored>(name).bulkWrite(operations);
  }
}

const withRemoveAt = (document: Stored): Stored =>
  typeof document.expiresAt === 'number' ? { ...document, removeAt: new Date(document.expiresAt) } : document;
