import type { AppRefusals, AppRefusalsRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createAppRefusals(db: Database): AppRefusalsRepository {
  const insert = db.change('INSERT INTO appRefusals (id, revision, record) VALUES (?, ?, ?)');
  const update = db.change('UPDATE appRefusals SET revision = ?, record = ? WHERE id = ? AND revision = ?');
  const remove = db.change('DELETE FROM appRefusals WHERE id = ?');
  return {
    findById: db.one<AppRefusals>('SELECT record FROM appRefusals WHERE id = ?'),
    async insert(refusals) {
      await insert(refusals.id, refusals.revision, JSON.stringify(refusals));
    },
    async update(refusals, expectedRevision) {
      const next = { ...refusals, revision: expectedRevision + 1 };
      return (await update(next.revision, JSON.stringify(next), next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
  };
}
