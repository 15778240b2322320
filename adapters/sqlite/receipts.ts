import type { Receipt, ReceiptRepository } from '../../server/storage.ts';
import { startOf, timeCursor, toPage } from '../page.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createReceipts(db: Database): ReceiptRepository {
  // As the sign-in that it leads to: a power cut that takes one takes both, for they are written in this order.
  const insert = db.change('INSERT INTO receipts (id, at, expiresAt, record) VALUES (?, ?, ?, ?)', {
    durable: false,
  });
  const list = db.many<Receipt>(
    'SELECT record FROM receipts WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?',
  );
  return {
    async insert(receipt) {
      await insert(receipt.id, receipt.at, receipt.expiresAt, JSON.stringify(receipt));
    },
    async list(query) {
      const { at, id } = startOf(query);
      return toPage(await list(at, id, query.limit + 1), query.limit, timeCursor);
    },
    removeExpired: removeExpiredFrom(db, 'receipts'),
  };
}
