import type { Api, ApiRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createApis(db: Database): ApiRepository {
  const insert = db.change('INSERT INTO apis (audience, revision, record, id) VALUES (?, ?, ?, ?)');
  const update = db.change(
    'UPDATE apis SET audience = ?, revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const remove = db.change('DELETE FROM apis WHERE id = ?');
  const list = db.many<Api>("SELECT record FROM apis WHERE audience > '' ORDER BY audience");
  return {
    async insert(api) {
      await insert(api.audience, api.revision, JSON.stringify(api), api.id);
    },
    findById: db.one<Api>('SELECT record FROM apis WHERE id = ?'),
    list: () => list(),
    async update(api, expectedRevision) {
      const next = { ...api, revision: expectedRevision + 1 };
      const changed = await update(
        next.audience,
        next.revision,
        JSON.stringify(next),
        next.id,
        expectedRevision,
      );
      return changed === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
  };
}
