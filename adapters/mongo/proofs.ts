import type { Proof, ProofRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt, unexpired } from './expiry.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const proofKind: RecordKind<Proof> = {
  name: 'proofs',
  fields: { purpose: String, userHandle: String, browser: String, assurance: String, expiresAt: Number },
};

export function createProofs(link: Link): ProofRepository {
  const proofs = createCollection(link, proofKind);
  return {
    insert: (proof) => proofs.insert(proof),
    find: (id, now) => proofs.one({ _id: id, ...unexpired(now) }),
    removeByUserHandle: (userHandle) => proofs.remove({ userHandle }),
    removeExpired: (now) => proofs.remove(expiredAt(now)),
  };
}
