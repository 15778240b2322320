import type { Group, GroupRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';

export function createGroups(db: Database): GroupRepository {
  const insert = db.change('INSERT INTO groups (nameKey, revision, record, id) VALUES (?, ?, ?, ?)');
  const update = db.change(
    'UPDATE groups SET nameKey = ?, revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const findMany = db.many<Group>(
    'SELECT record FROM groups WHERE id IN (SELECT value FROM json_each(?)) ORDER BY nameKey',
  );
  const remove = db.change('DELETE FROM groups WHERE id = ?');
  const list = db.many<Group>('SELECT record FROM groups WHERE nameKey > ? ORDER BY nameKey LIMIT ?');
  return {
    async insert(group) {
      await insert(group.nameKey, group.revision, JSON.stringify(group), group.id);
    },
    findById: db.one<Group>('SELECT record FROM groups WHERE id = ?'),
    findByNameKey: db.one<Group>('SELECT record FROM groups WHERE nameKey = ?'),
    findMany: (ids) => findMany(JSON.stringify(ids)),
    async update(group, expectedRevision) {
      const next = { ...group, revision: expectedRevision + 1 };
      const record = JSON.stringify(next);
      return (await update(next.nameKey, next.revision, record, next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    list: async ({ after = '', limit }) =>
      toPage(await list(after, limit + 1), limit, ({ nameKey }) => nameKey),
  };
}
