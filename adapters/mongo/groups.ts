import type { Group, GroupRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const groupKind: RecordKind<Group> = {
  name: 'groups',
  fields: {
    name: String,
    nameKey: String,
    description: String,
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
  },
  unique: [['nameKey']],
  isCached: true,
};

export function createGroups(link: Link): GroupRepository {
  const groups = createCollection(link, groupKind);
  return {
    insert: (group) => groups.insert(group),
    findById: (id) => groups.one({ _id: id }),
    findByNameKey: (nameKey) => groups.one({ nameKey }),
    findMany: (ids) => groups.many({ _id: operator({ $in: ids }) }, { sort: { nameKey: 1 } }),
    update: (group, expectedRevision) =>
      groups.replace(
        { _id: group.id, revision: expectedRevision },
        { ...group, revision: expectedRevision + 1 },
      ),
    remove: async (id) => (await groups.remove({ _id: id })) === 1,
    async list({ after = '', limit }) {
      const rows = await groups.many(
        { nameKey: operator({ $gt: after }) },
        { sort: { nameKey: 1 }, limit: limit + 1 },
      );
      return toPage(rows, limit, ({ nameKey }) => nameKey);
    },
  };
}
