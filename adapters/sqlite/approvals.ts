import type { Approval, ApprovalRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createApprovals(db: Database): ApprovalRepository {
  const insert = db.change(
    'INSERT INTO approvals (id, accountId, expiresAt, revision, record) VALUES (?, ?, ?, ?, ?)',
  );
  const update = db.change(
    'UPDATE approvals SET expiresAt = ?, revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const list = db.many<Approval>(
    'SELECT record FROM approvals WHERE id > ? AND expiresAt > ? ORDER BY id LIMIT ?',
  );
  return {
    async insert(approval) {
      const { id, accountId, expiresAt, revision } = approval;
      await insert(id, accountId, expiresAt, revision, JSON.stringify(approval));
    },
    find: db.one<Approval>('SELECT record FROM approvals WHERE id = ? AND expiresAt > ?'),
    list: async ({ after = '', limit, now }) =>
      toPage(await list(after, now, limit + 1), limit, ({ id }) => id),
    listByAccount: db.many<Approval>(
      'SELECT record FROM approvals WHERE accountId = ? AND expiresAt > ? ORDER BY id',
    ),
    async update(approval, expectedRevision) {
      const next = { ...approval, revision: expectedRevision + 1 };
      const { id, expiresAt, revision } = next;
      return (await update(expiresAt, revision, JSON.stringify(next), id, expectedRevision)) === 1;
    },
    removeByAccount: db.change('DELETE FROM approvals WHERE accountId = ?'),
    removeExpired: removeExpiredFrom(db, 'approvals'),
  };
}
