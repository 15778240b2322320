import type { ReceiptKey, ReceiptKeyRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';
import { createReseal } from './reseal.ts';

const receiptKeyKind: RecordKind<ReceiptKey> = {
  name: 'receiptKeys',
  fields: {
    generation: Number,
    publicJwk: embedded({ kty: String, crv: String, x: String, y: String }),
    sealedJwk: String,
    createdAt: Number,
    currentAt: Number,
  },
  unique: [['generation']],
  readsMajority: true,
};

export function createReceiptKeys(link: Link): ReceiptKeyRepository {
  const receiptKeys = createCollection(link, receiptKeyKind);
  return {
    insert: (key) => receiptKeys.insert(key),
    reseal: createReseal(receiptKeys, 'sealedJwk'),
    list: () => receiptKeys.many({}, { sort: { generation: 1 } }),
    recordCurrent: (id, at) =>
      receiptKeys.change({ _id: id, currentAt: operator({ $exists: false }) }, { currentAt: at }),
  };
}
