import type { ReceiptKey, ReceiptKeyRepository } from '../../server/storage.ts';
import type { Database, Row } from './database.ts';
import { createReseal } from './reseal.ts';

export function createReceiptKeys(db: Database): ReceiptKeyRepository {
  const insert = db.change('INSERT INTO receiptKeys (id, generation, currentAt, record) VALUES (?, ?, ?, ?)');
  const list = db.many('SELECT record, currentAt FROM receiptKeys ORDER BY generation', toReceiptKey);
  const recordCurrent = db.change('UPDATE receiptKeys SET currentAt = ? WHERE id = ? AND currentAt IS NULL');
  return {
    reseal: createReseal(db, 'receiptKeys', 'sealedJwk'),
    async insert({ currentAt, ...key }) {
      await insert(key.id, key.generation, currentAt ?? null, JSON.stringify(key));
    },
    list: () => list(),
    recordCurrent: async (id, at) => (await recordCurrent(at, id)) === 1,
  };
}

function toReceiptKey({ record, currentAt }: Row): ReceiptKey {
  const key = JSON.parse(record as string);
  return currentAt === null ? key : { ...key, currentAt };
}
