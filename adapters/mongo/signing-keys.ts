import type { SigningKey, SigningKeyRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const signingKeyKind: RecordKind<SigningKey> = {
  name: 'signingKeys',
  fields: { alg: String, generation: Number, status: String, sealedJwk: String, createdAt: Number },
  unique: [['alg', 'generation']],
  isCached: true,
};

export function createSigningKeys(link: Link): SigningKeyRepository {
  const signingKeys = createCollection(link, signingKeyKind);
  return {
    insert: (key) => signingKeys.insert(key),
    list: () => signingKeys.many({}, { sort: { createdAt: 1, _id: 1 } }),
    remove: async (id) => (await signingKeys.remove({ _id: id })) === 1,
  };
}
