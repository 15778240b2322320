import type {
  AuditChain,
  AuditChainRepository,
  AuditCheckpoint,
  AuditCheckpointRepository,
  AuditKey,
  AuditKeyRepository,
} from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';
import { createReseal } from './reseal.ts';

export function createAuditKeys(db: Database): AuditKeyRepository {
  const insert = db.change('INSERT INTO auditKeys (id, record) VALUES (?, ?)');
  const findMany = db.many<AuditKey>(
    'SELECT record FROM auditKeys WHERE id IN (SELECT value FROM json_each(?))',
  );
  const listAll = db.many<AuditKey>('SELECT record FROM auditKeys WHERE id > ? ORDER BY id LIMIT ?');
  const erase = db.change(
    'INSERT INTO auditKeys (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  );
  return {
    async insert(key) {
      await insert(key.id, JSON.stringify(key));
    },
    findMany: (ids) => findMany(JSON.stringify(ids)),
    listAll: async ({ after = '', limit }) => toPage(await listAll(after, limit + 1), limit, ({ id }) => id),
    reseal: createReseal(db, 'auditKeys', 'sealedKey'),
    async erase(id, at) {
      await erase(id, JSON.stringify({ id, createdAt: at, erasedAt: at } satisfies AuditKey));
    },
  };
}

export function createAuditCheckpoints(db: Database): AuditCheckpointRepository {
  const insert = db.change('INSERT INTO auditCheckpoints (id, no, record) VALUES (?, ?, ?)');
  const findLast = db.one<AuditCheckpoint>(
    'SELECT record FROM auditCheckpoints WHERE no > 0 ORDER BY no DESC LIMIT 1',
  );
  const list = db.many<AuditCheckpoint>(
    'SELECT record FROM auditCheckpoints WHERE no >= ? ORDER BY no LIMIT ?',
  );
  return {
    async insert(checkpoint) {
      await insert(checkpoint.id, checkpoint.no, JSON.stringify(checkpoint));
    },
    findLast: () => findLast(),
    list: ({ from, limit }) => list(from, limit),
    removeBelow: db.change('DELETE FROM auditCheckpoints WHERE no < ?'),
  };
}

export function createAuditChains(db: Database): AuditChainRepository {
  const announce = db.change(
    'INSERT INTO auditChains (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)',
  );
  const list = db.many<AuditChain>(
    'SELECT id, at FROM auditChains WHERE at >= ? ORDER BY at, id LIMIT ?',
    ({ id, at }) => ({ id: String(id), at: Number(at) }),
  );
  return {
    async announce({ id, at }) {
      await announce(id, at);
    },
    list: ({ since, limit }) => list(since, limit),
    removeBefore: db.change('DELETE FROM auditChains WHERE at < ?'),
  };
}
