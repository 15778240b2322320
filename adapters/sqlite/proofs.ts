import type { Proof, ProofRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createProofs(db: Database): ProofRepository {
  const insert = db.change('INSERT INTO proofs (id, userHandle, expiresAt, record) VALUES (?, ?, ?, ?)');
  return {
    async insert(proof) {
      await insert(proof.id, proof.userHandle, proof.expiresAt, JSON.stringify(proof));
    },
    find: db.one<Proof>('SELECT record FROM proofs WHERE id = ? AND expiresAt > ?'),
    removeByUserHandle: db.change('DELETE FROM proofs WHERE userHandle = ?'),
    removeExpired: removeExpiredFrom(db, 'proofs'),
  };
}
