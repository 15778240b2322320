import { DatabaseSync } from 'node:sqlite';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/**
 * The least that makes bare oidc-provider remember after a restart: a row a record, as JSON, by prepared statements.
 * It is kind to it: nothing is hashed or sealed, a commit does not wait for the disk, and a code that is shown by
 * many at once is taken from each of them.
 */
export function plainSqlite(file: string): AdapterFactory {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE records (id TEXT PRIMARY KEY, payload TEXT NOT NULL, grantId TEXT, uid TEXT, userCode TEXT) STRICT;
    CREATE INDEX byGrant ON records (grantId) WHERE grantId IS NOT NULL;
    CREATE INDEX byUid ON records (uid) WHERE uid IS NOT NULL;
    CREATE INDEX byUserCode ON records (userCode) WHERE userCode IS NOT NULL;`);
  const put = db.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)');
  const consume = db.prepare("UPDATE records SET payload = json_set(payload, '$.consumed', ?) WHERE id = ?");
  const remove = db.prepare('DELETE FROM records WHERE id = ?');
  const removeOfGrant = db.prepare('DELETE FROM records WHERE grantId = ? AND id LIKE ?');
  const reader = (column: string) => {
    const statement = db.prepare(`SELECT payload FROM records WHERE ${column} = ?`);
    return async (value: string): Promise<AdapterPayload | undefined> => {
      const row = statement.get(value);
      return row && JSON.parse(String(row.payload));
    };
  };
  const [byId, byUid, byUserCode] = [reader('id'), reader('uid'), reader('userCode')];
  return (model): Adapter => ({
    async upsert(id, payload) {
      const { grantId = null, uid = null, userCode = null } = payload;
      put.run(`${model}:${id}`, JSON.stringify(payload), grantId, model === 'Session' ? uid : null, userCode);
    },
    find: (id) => byId(`${model}:${id}`),
    findByUid: byUid,
    findByUserCode: byUserCode,
    async consume(id) {
      consume.run(Math.floor(Date.now() / 1000), `${model}:${id}`);
    },
    async destroy(id) {
      remove.run(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      removeOfGrant.run(grantId, `${model}:%`);
    },
  });
}
