import type { PasskeyHolder, PasskeyHolderRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

const holderKind: RecordKind<PasskeyHolder> = {
  name: 'passkeyHolders',
  fields: { passkeys: [embedded({ id: String, aaguid: String, kind: String })], revision: Number },
};

export function createPasskeyHolders(link: Link): PasskeyHolderRepository {
  const holders = createCollection(link, holderKind);
  return {
    insert: (holder) => holders.insert(holder),
    findMany: (ids) => holders.many({ _id: operator({ $in: ids }) }),
    update: (holder, expectedRevision) =>
      holders.replace(
        { _id: holder.id, revision: expectedRevision },
        { ...holder, revision: expectedRevision + 1 },
      ),
    take: (id) => holders.take({ _id: id }),
  };
}
