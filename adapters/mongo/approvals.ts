import type { Approval, ApprovalRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt, unexpired } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const approvalKind: RecordKind<Approval> = {
  name: 'approvals',
  fields: {
    kind: String,
    accountId: String,
    requestedBy: String,
    decidedBy: String,
    status: String,
    createdAt: Number,
    expiresAt: Number,
    revision: Number,
  },
};

export function createApprovals(link: Link): ApprovalRepository {
  const approvals = createCollection(link, approvalKind);
  return {
    insert: (approval) => approvals.insert(approval),
    find: (id, now) => approvals.one({ _id: id, ...unexpired(now) }),
    async list({ after = '', limit, now }) {
      const filter = { _id: operator({ $gt: after }), ...unexpired(now) };
      const found = await approvals.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    listByAccount: (accountId, now) => approvals.many({ accountId, ...unexpired(now) }, { sort: { _id: 1 } }),
    update: (approval, expectedRevision) =>
      approvals.replace(
        { _id: approval.id, revision: expectedRevision },
        { ...approval, revision: expectedRevision + 1 },
      ),
    removeByAccount: (accountId) => approvals.remove({ accountId }),
    removeExpired: (now) => approvals.remove(expiredAt(now)),
  };
}
