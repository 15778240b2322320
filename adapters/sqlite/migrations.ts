import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../../server/storage.ts';
import { administrationSchema } from './administration-schema.ts';
import { authenticatorPolicySchema } from './authenticator-policy-schema.ts';
import { logoutNoticesSchema } from './logout-notices-schema.ts';
import { metadataSchema } from './metadata-schema.ts';
import { modelReviewSchema } from './model-review-schema.ts';
import { receiptsSchema } from './receipts-schema.ts';
import { firstSchema } from './schema.ts';
import { termsOfStored } from './stored-terms.ts';

/**
 * One entry a schema version, from 1; never edited after a release.
 *
 * Expand, then contract: a migration adds columns, tables and indexes that the version before can ignore, because
 * that one may still be running or be put back. What nobody reads any more goes one release later.
 * Each version is one transaction; what SQLite has a form for can be run again all the same (`IF NOT EXISTS`).
 */
const migrations: readonly string[] = [
  firstSchema,
  receiptsSchema,
  [logoutNoticesSchema, metadataSchema, authenticatorPolicySchema, modelReviewSchema].join('\n'),
  administrationSchema,
];

export const schemaVersion = migrations.length;

export function storedVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}

/** @throws StorageError `too_new` or `needs_migration` */
export function checkSchema(db: DatabaseSync): void {
  const stored = storedVersion(db);
  refuseNewer(stored);
  if (stored < schemaVersion)
    throw new StorageError(
      'needs_migration',
      `the database has schema version ${stored}, this release needs ${schemaVersion}: run \`latchkey migrate\``,
    );
}

/** @throws StorageError `too_new` */
export function migrate(db: DatabaseSync): void {
  refuseNewer(storedVersion(db));
  db.function('searchTerms', { deterministic: true }, (table, record) =>
    termsOfStored(String(table), String(record)),
  );
  while (storedVersion(db) < schemaVersion) step(db);
}

/** The version is read again inside the transaction: another process may have been faster. */
function step(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = storedVersion(db);
    const sql = migrations[version];
    if (sql !== undefined) db.exec(`${sql}\nPRAGMA user_version = ${version + 1}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function refuseNewer(stored: number): void {
  if (stored > schemaVersion)
    throw new StorageError(
      'too_new',
      `the database has schema version ${stored}, this release knows only ${schemaVersion}: use a newer release`,
    );
}
