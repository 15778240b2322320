import type { Installation, InstallationRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createInstallation(db: Database): InstallationRepository {
  const find = db.one<Installation>('SELECT record FROM installation WHERE singleton = 1');
  const insert = db.change(
    'INSERT INTO installation (singleton, record) VALUES (1, ?) ON CONFLICT (singleton) DO NOTHING',
  );
  const update = db.change(
    "UPDATE installation SET record = ? WHERE singleton = 1 AND coalesce(record ->> '$.revision', 0) = ?",
  );
  return {
    find,
    async update(installation, expectedRevision) {
      const next = { ...installation, revision: expectedRevision + 1 };
      return (await update(JSON.stringify(next), expectedRevision)) === 1;
    },
    async insertOnce(installation) {
      await insert(JSON.stringify(installation));
      return (await find()) ?? installation;
    },
  };
}
