import type {
  AuditChain,
  AuditChainRepository,
  AuditCheckpoint,
  AuditCheckpointRepository,
  AuditKey,
  AuditKeyRepository,
} from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { createReseal } from './reseal.ts';

const auditKeyKind: RecordKind<AuditKey> = {
  name: 'auditKeys',
  fields: { sealedKey: String, createdAt: Number, erasedAt: Number },
  readsMajority: true,
};

const auditCheckpointKind: RecordKind<AuditCheckpoint> = {
  name: 'auditCheckpoints',
  fields: { no: Number, at: Number, jws: String },
  unique: [['no']],
  readsMajority: true,
};

const auditChainKind: RecordKind<AuditChain> = { name: 'auditChains', fields: { at: Number } };

export function createAuditKeys(link: Link): AuditKeyRepository {
  const auditKeys = createCollection(link, auditKeyKind);
  return {
    insert: (key) => auditKeys.insert(key),
    findMany: (ids) => auditKeys.many({ _id: operator({ $in: ids }) }),
    async listAll({ after = '', limit }) {
      const filter = { _id: operator({ $gt: after }) };
      const found = await auditKeys.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    reseal: createReseal(auditKeys, 'sealedKey'),
    erase: (id, at) => auditKeys.put({ id, createdAt: at, erasedAt: at }, 'createdAt'),
  };
}

export function createAuditCheckpoints(link: Link): AuditCheckpointRepository {
  const auditCheckpoints = createCollection(link, auditCheckpointKind);
  return {
    insert: (checkpoint) => auditCheckpoints.insert(checkpoint),
    async findLast() {
      const [last] = await auditCheckpoints.many({}, { sort: { no: -1 }, limit: 1 });
      return last;
    },
    list: ({ from, limit }) =>
      auditCheckpoints.many({ no: operator({ $gte: from }) }, { sort: { no: 1 }, limit }),
    removeBelow: (no) => auditCheckpoints.remove({ no: operator({ $lt: no }) }),
  };
}

export function createAuditChains(link: Link): AuditChainRepository {
  const auditChains = createCollection(link, auditChainKind);
  return {
    announce: (chain) => auditChains.put(chain, ''),
    list: ({ since, limit }) =>
      auditChains.many({ at: operator({ $gte: since }) }, { sort: { at: 1, _id: 1 }, limit }),
    removeBefore: (at) => auditChains.remove({ at: operator({ $lt: at }) }),
  };
}
