import { ConflictError, type Installation, type InstallationRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

type StoredInstallation = Installation & { installationId?: string };

/** There is one document, whatever the record's id: the constant `_id` decides a race. */
const singleton = 'installation';

const installationKind: RecordKind<StoredInstallation> = {
  name: 'installation',
  fields: {
    installationId: String,
    keyCheck: String,
    createdAt: Number,
    revision: Number,
    announced: embedded({ keyCheck: String, at: Number, lackedBy: String }),
    previous: embedded({ keyCheck: String, replacedAt: Number, rekeyed: Number, finishedAt: Number }),
    former: { type: [String], default: undefined },
    pairwiseSalt: String,
  },
  encode: ({ _id, ...stored }) => ({ ...stored, _id: singleton, installationId: _id }),
  decode: ({ installationId, ...stored }) => ({ ...stored, _id: String(installationId) }),
};

export function createInstallation(link: Link): InstallationRepository {
  const installations = createCollection(link, installationKind);
  const find = () => installations.one({ _id: singleton });
  return {
    find,
    update: (installation, expectedRevision) =>
      installations.replace(
        // Of one that was never changed there is none.
        {
          _id: singleton,
          revision: expectedRevision === 0 ? operator({ $in: [0, null] }) : expectedRevision,
        },
        { ...installation, revision: expectedRevision + 1 },
      ),
    async insertOnce(installation) {
      try {
        await installations.insert(installation);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
      return (await find()) ?? installation;
    },
  };
}
