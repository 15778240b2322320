import type { Api, ApiRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

const apiKind: RecordKind<Api> = {
  name: 'apis',
  fields: {
    audience: String,
    name: String,
    scopes: [embedded({ name: String, sentence: String })],
    tokenFormat: String,
    tokenLifetime: Number,
    signingAlg: String,
    apps: [
      embedded({
        id: String,
        people: [String],
        machine: [String],
        details: { type: [String], default: undefined },
      }),
    ],
    introspectedBy: [String],
    // Its own field `type` would be mongoose's word.
    detailTypes: {
      type: [embedded({ type: { type: String }, sentence: String, schema: Object })],
      default: undefined,
    },
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
  },
  unique: [['audience']],
  isCached: true,
};

export function createApis(link: Link): ApiRepository {
  const apis = createCollection(link, apiKind);
  return {
    insert: (api) => apis.insert(api),
    findById: (id) => apis.one({ _id: id }),
    list: () => apis.many({ audience: operator({ $gt: '' }) }, { sort: { audience: 1 } }),
    update: (api, expectedRevision) =>
      apis.replace({ _id: api.id, revision: expectedRevision }, { ...api, revision: expectedRevision + 1 }),
    remove: async (id) => (await apis.remove({ _id: id })) === 1,
  };
}
