import type { App, AppRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';

export function createApps(db: Database): AppRepository {
  const insert = db.change('INSERT INTO apps (id, revision, record) VALUES (?, ?, ?)');
  const update = db.change('UPDATE apps SET revision = ?, record = ? WHERE id = ? AND revision = ?');
  const remove = db.change('DELETE FROM apps WHERE id = ?');
  const list = db.many<App>('SELECT record FROM apps WHERE id > ? ORDER BY id LIMIT ?');
  return {
    async insert(app) {
      await insert(app.id, app.revision, JSON.stringify(app));
    },
    findById: db.one<App>('SELECT record FROM apps WHERE id = ?'),
    async update(app, expectedRevision) {
      const next = { ...app, revision: expectedRevision + 1 };
      return (await update(next.revision, JSON.stringify(next), next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    list: async ({ after = '', limit }) => toPage(await list(after, limit + 1), limit, ({ id }) => id),
  };
}
