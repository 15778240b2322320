import type { Receipt, ReceiptRepository } from '../../server/storage.ts';
import { timeCursor, toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { byTime, fromTime } from './time-order.ts';

const receiptKind: RecordKind<Receipt> = {
  name: 'receipts',
  fields: {
    at: Number,
    userHandle: String,
    passkeyId: String,
    purpose: String,
    jws: String,
    kid: String,
    expiresAt: Number,
  },
};

export function createReceipts(link: Link): ReceiptRepository {
  const receipts = createCollection(link, receiptKind);
  return {
    insert: (receipt) => receipts.insert(receipt),
    async list(query) {
      const found = await receipts.many(fromTime(query), { sort: byTime, limit: query.limit + 1 });
      return toPage(found, query.limit, timeCursor);
    },
    removeExpired: (now) => receipts.remove(expiredAt(now)),
  };
}
