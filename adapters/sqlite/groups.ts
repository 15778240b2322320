import { type Group, type GroupRepository, groupTerms, searchWords } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { type Database, decodeRecord } from './database.ts';
import { createSearch } from './search.ts';
import { storedGroupTerms } from './stored-terms.ts';

export function createGroups(db: Database): GroupRepository {
  const insert = db.change(
    'INSERT INTO groups (nameKey, revision, record, terms, id) VALUES (?, ?, ?, ?, ?)',
  );
  const update = db.change(
    'UPDATE groups SET nameKey = ?, revision = ?, record = ?, terms = ? WHERE id = ? AND revision = ?',
  );
  const findMany = db.many<Group>(
    'SELECT record FROM groups WHERE id IN (SELECT value FROM json_each(?)) ORDER BY nameKey',
  );
  const remove = db.change('DELETE FROM groups WHERE id = ?');
  const list = db.many<Group>('SELECT record FROM groups WHERE nameKey > ? ORDER BY nameKey LIMIT ?');
  // The condition is that of the partial index, which holds these alone.
  const listWithRule = db.many<Group>(
    "SELECT record FROM groups WHERE record ->> '$.authenticatorRule' IS NOT NULL AND nameKey > '' ORDER BY nameKey",
  );
  const search = createSearch<Group>(db, {
    ...{ table: 'groups', side: 'groupTerms', key: 'nameKey', columns: 'record' },
    ...{ decode: decodeRecord, termsOf: groupTerms },
  });
  const toColumns = (group: Group) =>
    [group.nameKey, group.revision, JSON.stringify(group), storedGroupTerms(group)] as const;
  return {
    async insert(group) {
      await insert(...toColumns(group), group.id);
    },
    findById: db.one<Group>('SELECT record FROM groups WHERE id = ?'),
    findByNameKey: db.one<Group>('SELECT record FROM groups WHERE nameKey = ?'),
    findMany: (ids) => findMany(JSON.stringify(ids)),
    async update(group, expectedRevision) {
      const next = { ...group, revision: expectedRevision + 1 };
      return (await update(...toColumns(next), next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    list: async ({ after = '', limit }) =>
      toPage(await list(after, limit + 1), limit, ({ nameKey }) => nameKey),
    search: ({ text, ...page }) => search({ ...page, words: searchWords(text) }),
    listWithRule: () => listWithRule(),
  };
}
