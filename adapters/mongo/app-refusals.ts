import type { AppRefusals, AppRefusalsRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import type { Link } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

const appRefusalsKind: RecordKind<AppRefusals> = {
  name: 'appRefusals',
  fields: {
    refusals: [
      embedded({
        code: String,
        reason: String,
        redirectUri: String,
        count: Number,
        firstAt: Number,
        at: Number,
      }),
    ],
    revision: Number,
  },
};

export function createAppRefusals(link: Link): AppRefusalsRepository {
  const refused = createCollection(link, appRefusalsKind);
  return {
    findById: (id) => refused.one({ _id: id }),
    insert: (refusals) => refused.insert(refusals),
    update: (refusals, expectedRevision) =>
      refused.replace(
        { _id: refusals.id, revision: expectedRevision },
        { ...refusals, revision: expectedRevision + 1 },
      ),
    remove: async (id) => (await refused.remove({ _id: id })) === 1,
  };
}
