import type { SigningKey, SigningKeyRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createSigningKeys(db: Database): SigningKeyRepository {
  const insert = db.change(
    'INSERT INTO signingKeys (id, alg, generation, createdAt, record) VALUES (?, ?, ?, ?, ?)',
  );
  const list = db.many<SigningKey>('SELECT record FROM signingKeys ORDER BY createdAt, id');
  const remove = db.change('DELETE FROM signingKeys WHERE id = ?');
  return {
    async insert(key) {
      await insert(key.id, key.alg, key.generation, key.createdAt, JSON.stringify(key));
    },
    list: () => list(),
    remove: async (id) => (await remove(id)) === 1,
  };
}
