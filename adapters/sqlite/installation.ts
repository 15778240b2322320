import type { Installation, InstallationRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createInstallation(db: Database): InstallationRepository {
  const find = db.one<Installation>('SELECT record FROM installation WHERE singleton = 1');
  const insert = db.change(
    'INSERT INTO installation (singleton, record) VALUES (1, ?) ON CONFLICT (singleton) DO NOTHING',
  );
  return {
    find,
    async insertOnce(installation) {
      await insert(JSON.stringify(installation));
      return (await find()) ?? installation;
    },
  };
}
