import { type Artifact, type ArtifactRepository, ConflictError } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database, Row } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

/** An artifact is nothing but its columns, so it is kept as these. */
const fields = [
  'id',
  'lookupId',
  'model',
  'payload',
  'grantId',
  'uid',
  'accountId',
  'appId',
  'userCodeHash',
  'signInId',
  'consumedAt',
  'expiresAt',
] as const satisfies (keyof Artifact)[];

const columns = fields.join(', ');
const insertion = `INSERT INTO artifacts (${columns}) VALUES (${fields.map(() => '?').join(', ')})`;
const replacement = fields
  .filter((field) => field !== 'id' && field !== 'consumedAt')
  .map((field) => `${field} = excluded.${field}`)
  .join(', ');

export function createArtifacts(db: Database): ArtifactRepository {
  const recordConsumed = db.change('UPDATE artifacts SET consumedAt = ? WHERE id = ? AND consumedAt IS NULL');
  const find = (condition: string) =>
    db.one(`SELECT ${columns} FROM artifacts WHERE ${condition}`, toArtifact);
  const listByAccount = db.many(
    `SELECT ${columns} FROM artifacts WHERE accountId = ? AND model = ?`,
    toArtifact,
  );
  const listAll = db.many(`SELECT ${columns} FROM artifacts WHERE id > ? ORDER BY id LIMIT ?`, toArtifact);
  const reseal = db.change(
    'UPDATE artifacts SET payload = ?, lookupId = ?, userCodeHash = ? WHERE id = ? AND payload = ?',
  );
  const listByApp = db.many(
    `SELECT ${columns} FROM artifacts WHERE appId = ? AND model = ? AND id > ? ORDER BY id LIMIT ?`,
    toArtifact,
  );
  return {
    upsert: createUpsert(db),
    insert: createInsert(db),
    find: find('id = ?'),
    findByLookupId: find('lookupId = ?'),
    findByUserCode: find('userCodeHash = ?'),
    recordConsumed: async (id, at) => (await recordConsumed(at, id)) === 1,
    listByAccount: (accountId, model) => listByAccount(accountId, model),
    listByApp: async (appId, { model, after = '', limit }) =>
      toPage(await listByApp(appId, model, after, limit + 1), limit, ({ id }) => id),
    listAll: async ({ after = '', limit }) => toPage(await listAll(after, limit + 1), limit, ({ id }) => id),
    reseal: async ({ id, payload, lookupId, userCodeHash }, sealed) =>
      (await reseal(payload, lookupId ?? null, userCodeHash ?? null, id, sealed)) === 1,
    ...createRemovals(db),
  };
}

function createUpsert(db: Database): ArtifactRepository['upsert'] {
  const upsert = db.change(
    `${insertion} ON CONFLICT (id) DO UPDATE SET ${replacement}, consumedAt = coalesce(consumedAt, excluded.consumedAt)`,
    { durable: false },
  );
  return async (artifact) => void (await upsert(...toValues(artifact)));
}

function createInsert(db: Database): ArtifactRepository['insert'] {
  const insert = db.change(
    `${insertion} ON CONFLICT (id) DO UPDATE SET ${replacement}, consumedAt = excluded.consumedAt WHERE expiresAt <= ?`,
  );
  return async (artifact, now) => {
    const inserted = await insert(...toValues(artifact), now);
    if (inserted === 0) throw new ConflictError('id');
  };
}

function createRemovals(db: Database) {
  const markSessions = db.change(
    "UPDATE artifacts SET consumedAt = ? WHERE accountId = ? AND model = 'Session' AND consumedAt IS NULL",
  );
  const removeOthers = db.change(
    "DELETE FROM artifacts WHERE accountId = ? AND model NOT IN ('Session', 'Impersonation')",
  );
  const remove = db.change('DELETE FROM artifacts WHERE id = ?');
  const removeOfGrant = db.change('DELETE FROM artifacts WHERE grantId = ?');
  const removeOfGrantAndModel = db.change('DELETE FROM artifacts WHERE grantId = ? AND model = ?');
  return {
    remove: async (id) => (await remove(id)) === 1,
    removeByGrant: (grantId, model) =>
      model === undefined ? removeOfGrant(grantId) : removeOfGrantAndModel(grantId, model),
    removeByAccount: db.change('DELETE FROM artifacts WHERE accountId = ?'),
    endByAccount: async (accountId, at) =>
      (await markSessions(at, accountId)) + (await removeOthers(accountId)),
    removeByApp: db.change('DELETE FROM artifacts WHERE appId = ?'),
    removeExpired: removeExpiredFrom(db, 'artifacts'),
  } satisfies Partial<ArtifactRepository>;
}

const toValues = (artifact: Artifact) => fields.map((field) => artifact[field] ?? null);

/** Without the columns that are empty: an absent field is absent. */
function toArtifact(row: Row): Artifact {
  const artifact: Record<string, unknown> = {};
  for (const field of fields) if (row[field] !== null) artifact[field] = row[field];
  return artifact as unknown as Artifact;
}
