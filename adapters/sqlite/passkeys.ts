import type { Passkey, PasskeyRepository } from '../../server/storage.ts';
import { alertCursor, startOf, toPage } from '../page.ts';
import type { Database, Row } from './database.ts';

/** What a use changes stands in columns alone: a use and an edit of the record do not undo each other. */
const columns = 'record, counter, backupEligible, backedUp, lastUsedAt';

export function createPasskeys(db: Database): PasskeyRepository {
  const insert = db.change(
    `INSERT INTO passkeys
       (id, userHandle, status, createdAt, revision, record, counter, backupEligible, backedUp, lastUsedAt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const recordUse = db.change(
    `UPDATE passkeys SET counter = ?, backupEligible = ?, backedUp = ?, lastUsedAt = ?
     WHERE id = ? AND counter = ? AND status = 'active'`,
    // Lost with the power, it leaves the counter and the time of the use before: less than what the passkey has by now.
    { durable: false },
  );
  const update = db.change(
    'UPDATE passkeys SET userHandle = ?, status = ?, revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const remove = db.change('DELETE FROM passkeys WHERE id = ?');
  const byModel = db.many(
    `SELECT ${columns} FROM passkeys WHERE aaguid = ? AND id > ? ORDER BY id LIMIT ?`,
    toPasskey,
  );
  const alerted = db.many(
    `SELECT ${columns} FROM passkeys WHERE modelAlertAt IS NOT NULL AND (modelAlertAt, id) > (?, ?)
     ORDER BY modelAlertAt, id LIMIT ?`,
    toPasskey,
  );
  const any = db.one("SELECT id FROM passkeys WHERE id > '' LIMIT 1", ({ id }) => id);
  return {
    async insert(passkey) {
      const { id, userHandle, status, createdAt, revision } = passkey;
      await insert(id, userHandle, status, createdAt, revision, toRecord(passkey), ...useOf(passkey));
    },
    isEmpty: async () => (await any()) === undefined,
    findById: db.one(`SELECT ${columns} FROM passkeys WHERE id = ?`, toPasskey),
    listByUserHandle: db.many(
      `SELECT ${columns} FROM passkeys WHERE userHandle = ? ORDER BY createdAt`,
      toPasskey,
    ),
    async listByModel(aaguid, { after = '', limit }) {
      return toPage(await byModel(aaguid, after, limit + 1), limit, ({ id }) => id);
    },
    async listModelAlerts(query) {
      const { at, id } = startOf(query);
      return toPage(await alerted(at, id, query.limit + 1), query.limit, alertCursor);
    },
    recordUse: async (id, expectedCounter, use) =>
      (await recordUse(...useOf(use), id, expectedCounter)) === 1,
    async update(passkey, expectedRevision) {
      const next = { ...passkey, revision: expectedRevision + 1 };
      const { id, userHandle, status, revision } = next;
      return (await update(userHandle, status, revision, toRecord(next), id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    removeByUserHandle: db.change('DELETE FROM passkeys WHERE userHandle = ?'),
  };
}

type Use = Pick<Passkey, 'counter' | 'backupEligible' | 'backedUp' | 'lastUsedAt'>;

const useOf = ({ counter, backupEligible, backedUp, lastUsedAt }: Use) =>
  [
    counter,
    backupEligible === undefined ? null : Number(backupEligible),
    Number(backedUp),
    lastUsedAt ?? null,
  ] as const;

const toRecord = ({ counter, backupEligible, backedUp, lastUsedAt, ...passkey }: Passkey) =>
  JSON.stringify(passkey);

function toPasskey({ record, counter, backupEligible, backedUp, lastUsedAt }: Row): Passkey {
  const passkey = JSON.parse(record as string);
  passkey.counter = counter;
  passkey.backedUp = backedUp === 1;
  if (backupEligible !== null) passkey.backupEligible = backupEligible === 1;
  if (lastUsedAt !== null) passkey.lastUsedAt = lastUsedAt;
  return passkey;
}
