import type { AuditEvent, AuditEventRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createAuditEvents(db: Database): AuditEventRepository {
  const insert = db.statement(
    'INSERT INTO auditEvents (id, chain, sequence, at, accountId, record) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const listByChain = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE chain = ? AND sequence >= ? ORDER BY sequence LIMIT ?',
  );
  const list = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE at < ? ORDER BY at DESC, sequence DESC LIMIT ?',
  );
  const listByAccount = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE accountId = ? AND at < ? ORDER BY at DESC, sequence DESC LIMIT ?',
  );
  return {
    insertMany: (events) =>
      db.together(() => {
        for (const event of events) {
          const { id, chain, sequence, at, accountId } = event;
          insert(id, chain, sequence, at, accountId ?? null, JSON.stringify(event));
        }
      }),
    listByChain: (chain, { fromSequence, limit }) => listByChain(chain, fromSequence, limit),
    list: ({ accountId, before = Number.MAX_SAFE_INTEGER, limit }) =>
      accountId === undefined ? list(before, limit) : listByAccount(accountId, before, limit),
  };
}
