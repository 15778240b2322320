import type { Group, GroupRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { matching, termsField, withoutTerms, withTerms } from './search.ts';

const groupKind: RecordKind<Group> = {
  name: 'groups',
  fields: {
    name: String,
    nameKey: String,
    description: String,
    authenticatorRule: Object,
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
    ...termsField,
  },
  unique: [['nameKey']],
  isCached: true,
  encode: withTerms('groups'),
  decode: withoutTerms,
};

export function createGroups(link: Link): GroupRepository {
  const groups = createCollection(link, groupKind);
  const page = async (filter: object, { after = '', limit }: { after?: string; limit: number }) => {
    const those = { ...filter, nameKey: operator({ $gt: after }) };
    const rows = await groups.many(those, { sort: { nameKey: 1 }, limit: limit + 1 });
    return toPage(rows, limit, ({ nameKey }) => nameKey);
  };
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
    list: (query) => page({}, query),
    async search({ text, ...query }) {
      const matched = matching(text);
      return matched ? page(matched, query) : { items: [] };
    },
    listWithRule: () =>
      groups.many({ authenticatorRule: operator({ $exists: true }) }, { sort: { nameKey: 1 } }),
  };
}
