import type { Passkey, PasskeyRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const passkeyKind: RecordKind<Passkey> = {
  name: 'passkeys',
  fields: {
    publicKey: String,
    algorithm: Number,
    userHandle: String,
    rpId: String,
    origin: String,
    aaguid: String,
    transports: [String],
    backupEligible: Boolean,
    backedUp: Boolean,
    userVerified: Boolean,
    counter: Number,
    attestationObject: String,
    clientDataJSON: String,
    name: String,
    status: String,
    assurance: String,
    createdAt: Number,
    lastUsedAt: Number,
    revision: Number,
  },
  readsMajority: true,
};

/** A use and an edit of the record do not undo each other. */
const changedByUse = ['counter', 'backupEligible', 'backedUp', 'lastUsedAt'];

export function createPasskeys(link: Link): PasskeyRepository {
  const passkeys = createCollection(link, passkeyKind);
  return {
    insert: (passkey) => passkeys.insert(passkey),
    isEmpty: async () => (await passkeys.one({})) === undefined,
    findById: (id) => passkeys.one({ _id: id }),
    listByUserHandle: (userHandle) => passkeys.many({ userHandle }, { sort: { createdAt: 1 } }),
    recordUse: (id, expectedCounter, { counter, backupEligible, backedUp, lastUsedAt }) =>
      passkeys.change(
        { _id: id, counter: expectedCounter, status: 'active' },
        { counter, backupEligible, backedUp, lastUsedAt },
      ),
    update: (passkey, expectedRevision) =>
      passkeys.replace(
        { _id: passkey.id, revision: expectedRevision },
        { ...passkey, revision: expectedRevision + 1 },
        changedByUse,
      ),
    remove: async (id) => (await passkeys.remove({ _id: id })) === 1,
    removeByUserHandle: (userHandle) => passkeys.remove({ userHandle }),
  };
}
