import type { Passkey, PasskeyRepository } from '../../server/storage.ts';
import { alertCursor, toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';
import { fromTime } from './time-order.ts';

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
    backedUpChangedAt: Number,
    userVerified: Boolean,
    counter: Number,
    counterAlertAt: Number,
    modelAlertAt: Number,
    modelAction: String,
    modelAlert: { type: [String], default: undefined },
    attestationObject: String,
    clientDataJSON: String,
    attestation: embedded({
      format: String,
      result: String,
      vendor: String,
      root: String,
      chain: String,
      flags: Number,
      metadata: Number,
    } satisfies Record<keyof NonNullable<Passkey['attestation']>, unknown>),
    name: String,
    status: String,
    assurance: String,
    importedAt: Number,
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
    async listByModel(aaguid, { after = '', limit }) {
      const filter = { aaguid, _id: operator({ $gt: after }) };
      const found = await passkeys.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    async listModelAlerts(query) {
      const found = await passkeys.many(fromTime(query, 'modelAlertAt'), {
        sort: { modelAlertAt: 1, _id: 1 },
        limit: query.limit + 1,
      });
      return toPage(found, query.limit, alertCursor);
    },
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
