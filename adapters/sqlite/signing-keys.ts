import type { SigningKey, SigningKeyRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { createReseal } from './reseal.ts';

export function createSigningKeys(db: Database): SigningKeyRepository {
  const insert = db.change(
    'INSERT INTO signingKeys (id, alg, generation, createdAt, record) VALUES (?, ?, ?, ?, ?)',
  );
  const list = db.many<SigningKey>('SELECT record FROM signingKeys ORDER BY createdAt, id');
  const recordCurrent = db.change(
    "UPDATE signingKeys SET record = json_set(record, '$.status', 'current', '$.currentAt', ?) WHERE id = ? AND json_extract(record, '$.status') = 'next'",
  );
  const remove = db.change('DELETE FROM signingKeys WHERE id = ?');
  return {
    reseal: createReseal(db, 'signingKeys', 'sealedJwk'),
    async insert(key) {
      await insert(key.id, key.alg, key.generation, key.createdAt, JSON.stringify(key));
    },
    list: () => list(),
    recordCurrent: async (id, at) => (await recordCurrent(at, id)) === 1,
    remove: async (id) => (await remove(id)) === 1,
  };
}
