import type { SigningKey, SigningKeyRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { createReseal } from './reseal.ts';

const signingKeyKind: RecordKind<SigningKey> = {
  name: 'signingKeys',
  fields: {
    alg: String,
    generation: Number,
    status: String,
    sealedJwk: String,
    external: Boolean,
    createdAt: Number,
    currentAt: Number,
    retiredAt: Number,
  },
  unique: [['alg', 'generation']],
  isCached: true,
};

export function createSigningKeys(link: Link): SigningKeyRepository {
  const signingKeys = createCollection(link, signingKeyKind);
  return {
    insert: (key) => signingKeys.insert(key),
    list: () => signingKeys.many({}, { sort: { createdAt: 1, _id: 1 } }),
    async recordCurrent(id, currentAt) {
      const key = await signingKeys.one({ _id: id });
      if (!key) return false;
      const current: SigningKey = { ...key, status: 'current', currentAt };
      // It may be sealed anew meanwhile.
      return signingKeys.replace({ _id: id, status: 'next' }, current, ['sealedJwk']);
    },
    reseal: createReseal(signingKeys, 'sealedJwk'),
    remove: async (id) => (await signingKeys.remove({ _id: id })) === 1,
  };
}
