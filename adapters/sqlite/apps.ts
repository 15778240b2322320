import { type App, type AppRepository, appTerms, searchWords } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { type Database, decodeRecord } from './database.ts';
import { createSearch } from './search.ts';
import { storedAppTerms } from './stored-terms.ts';

export function createApps(db: Database): AppRepository {
  const insert = db.change('INSERT INTO apps (id, revision, record, terms) VALUES (?, ?, ?, ?)');
  const update = db.change(
    'UPDATE apps SET revision = ?, record = ?, terms = ? WHERE id = ? AND revision = ?',
  );
  const remove = db.change('DELETE FROM apps WHERE id = ?');
  const list = db.many<App>('SELECT record FROM apps WHERE id > ? ORDER BY id LIMIT ?');
  const search = createSearch<App>(db, {
    ...{ table: 'apps', side: 'appTerms', key: 'id', columns: 'record' },
    ...{ decode: decodeRecord, termsOf: appTerms },
  });
  return {
    async insert(app) {
      await insert(app.id, app.revision, JSON.stringify(app), storedAppTerms(app));
    },
    findById: db.one<App>('SELECT record FROM apps WHERE id = ?'),
    findByOrigin: db.one<App>(
      'SELECT record FROM apps WHERE id = (SELECT appId FROM appOrigins WHERE proxiedOrigins = ?)',
    ),
    async update(app, expectedRevision) {
      const next = { ...app, revision: expectedRevision + 1 };
      const values = [next.revision, JSON.stringify(next), storedAppTerms(next)] as const;
      return (await update(...values, next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    list: async ({ after = '', limit }) => toPage(await list(after, limit + 1), limit, ({ id }) => id),
    search: ({ text, ...page }) => search({ ...page, words: searchWords(text) }),
  };
}
