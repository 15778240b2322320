import type { Connection } from 'mongoose';
import { StorageError } from '../../server/storage.ts';
import { administrationIndexes } from './administration-indexes.ts';
import { authenticatorPolicyIndexes } from './authenticator-policy-indexes.ts';
import { withLease } from './lease.ts';
import { metadataIndexes } from './metadata-schema.ts';
import type { Stored } from './record-model.ts';
import {
  firstIndexes,
  type Index,
  logoutNoticesIndexes,
  modelReviewIndexes,
  receiptsIndexes,
} from './schema.ts';
import { addTerms } from './search.ts';

type Migration = (connection: Connection) => Promise<void>;

/**
 * One entry a schema version, from 1; never edited after a release.
 *
 * Expand, then contract: a migration adds what the version before can ignore, because that one may still be running
 * on another instance or be put back. What nobody reads any more goes one release later.
 * There are no transactions, so every step can be run again after it was interrupted.
 */
const migrations: readonly Migration[] = [
  createFirstSchema,
  (connection) => createIndexes(connection, receiptsIndexes),
  async (connection) => {
    const parts = [logoutNoticesIndexes, metadataIndexes, authenticatorPolicyIndexes, modelReviewIndexes];
    for (const part of parts) await createIndexes(connection, part);
  },
  async (connection) => {
    for (const part of administrationIndexes) await createIndexes(connection, part);
    await addTerms(connection);
  },
];

export const schemaVersion = migrations.length;

export async function storedVersion(connection: Connection): Promise<number> {
  const schema = await connection.collection<Stored>('schema').findOne({ _id: 'schema' });
  return Number(schema?.version ?? 0);
}

/** @throws StorageError `too_new` or `needs_migration` */
export async function checkSchema(connection: Connection): Promise<void> {
  const stored = await storedVersion(connection);
  refuseNewer(stored);
  if (stored < schemaVersion)
    throw new StorageError(
      'needs_migration',
      `the database has schema version ${stored}, this release needs ${schemaVersion}: run \`latchkey migrate\``,
    );
}

/** Brings the schema up to `target`; instances that start together take turns. @throws StorageError `too_new` */
export async function migrate(connection: Connection, target = schemaVersion): Promise<void> {
  const stored = await storedVersion(connection);
  refuseNewer(stored);
  if (stored < target) await withLease(connection, 'migration', () => migrateAlone(connection, target));
}

/** The version is read again: another instance may have been faster. */
async function migrateAlone(connection: Connection, target: number): Promise<void> {
  for (let version = await storedVersion(connection); version < target; version++) {
    await migrations[version]?.(connection);
    await connection
      .collection<Stored>('schema')
      .updateOne({ _id: 'schema' }, { $max: { version: version + 1 } }, { upsert: true });
  }
}

function refuseNewer(stored: number): void {
  if (stored > schemaVersion)
    throw new StorageError(
      'too_new',
      `the database has schema version ${stored}, this release knows only ${schemaVersion}: use a newer release`,
    );
}

async function createFirstSchema(connection: Connection): Promise<void> {
  await createIndexes(connection, firstIndexes);
  await connection
    .collection<Stored>('revisions')
    .updateOne({ _id: 'caches' }, { $setOnInsert: { value: 0 } }, { upsert: true });
}

/** Every collection, with its indexes. */
async function createIndexes(
  connection: Connection,
  collections: Readonly<Record<string, readonly Index[]>>,
): Promise<void> {
  for (const [name, indexes] of Object.entries(collections)) {
    await connection.createCollection(name).catch(passExisting);
    if (indexes.length > 0) await connection.collection(name).createIndexes([...indexes]);
  }
}

/** NamespaceExists: an earlier try, or another instance, was here. */
function passExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 48)) throw error;
}
