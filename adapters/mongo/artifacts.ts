import { type Artifact, type ArtifactRepository, ConflictError } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { type Collection, createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const artifactKind: RecordKind<Artifact> = {
  name: 'artifacts',
  fields: {
    lookupId: String,
    model: String,
    payload: String,
    grantId: String,
    uid: String,
    accountId: String,
    appId: String,
    userCodeHash: String,
    signInId: String,
    consumedAt: Number,
    expiresAt: Number,
  },
  unique: [['model', 'uid'], ['userCodeHash'], ['lookupId']],
  readsMajority: true,
};

export function createArtifacts(link: Link): ArtifactRepository {
  const artifacts = createCollection(link, artifactKind);
  return {
    upsert: (artifact) => upsert(artifacts, artifact),
    insert: (artifact, now) => insert(artifacts, artifact, now),
    find: (id) => artifacts.one({ _id: id }),
    findByLookupId: (lookupId) => artifacts.one({ lookupId }),
    findByUserCode: (userCodeHash) => artifacts.one({ userCodeHash }),
    recordConsumed: (id, at) =>
      artifacts.change({ _id: id, consumedAt: operator({ $exists: false }) }, { consumedAt: at }),
    remove: async (id) => (await artifacts.remove({ _id: id })) === 1,
    removeByGrant: (grantId, model) => artifacts.remove({ grantId, ...(model !== undefined && { model }) }),
    listByAccount: (accountId, model) => artifacts.many({ accountId, model }),
    async listByApp(appId, { model, after = '', limit }) {
      const filter = { appId, model, _id: operator({ $gt: after }) };
      const found = await artifacts.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    async listAll({ after = '', limit }) {
      const filter = { _id: operator({ $gt: after }) };
      const found = await artifacts.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    reseal: (artifact, sealed) =>
      artifacts.replace({ _id: artifact.id, payload: sealed }, artifact, untouched),
    removeByAccount: (accountId) => artifacts.remove({ accountId }),
    async endByAccount(accountId, at) {
      const sessions = { accountId, model: 'Session', consumedAt: operator({ $exists: false }) };
      const marked = await artifacts.changeAll(sessions, { consumedAt: at });
      return (
        marked +
        (await artifacts.remove({ accountId, model: operator({ $nin: ['Session', 'Impersonation'] }) }))
      );
    },
    removeByApp: (appId) => artifacts.remove({ appId }),
    removeExpired: (now) => artifacts.remove(expiredAt(now)),
  };
}

const resealed = ['lookupId', 'payload', 'userCodeHash'];
const untouched = [...Object.keys(artifactKind.fields), 'removeAt'].filter(
  (name) => !resealed.includes(name),
);

/** Two first saves of one id may collide: whoever loses goes again. */
const attempts = 5;

async function upsert(artifacts: Collection<Artifact>, artifact: Artifact): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await artifacts.put(artifact, 'consumedAt');
    } catch (error) {
      if (attempt === attempts || !(error instanceof ConflictError)) throw error;
    }
  }
}

/** An expired one that is still there gives way, to one caller: the others find it no longer expired. */
async function insert(artifacts: Collection<Artifact>, artifact: Artifact, now: number): Promise<void> {
  try {
    await artifacts.insert(artifact);
  } catch (error) {
    if (!(error instanceof ConflictError) || error.field !== 'id') throw error;
    const expired = { _id: artifact.id, expiresAt: operator({ $lte: now }) };
    if (!(await artifacts.replace(expired, artifact))) throw error;
  }
}
