import type { LogoutNotice, LogoutNoticeRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const logoutNoticeKind: RecordKind<LogoutNotice> = {
  name: 'logoutNotices',
  fields: {
    appId: String,
    sub: String,
    sector: String,
    sid: String,
    state: String,
    attempts: Number,
    nextAttemptAt: Number,
    lastFailure: String,
    createdAt: Number,
    expiresAt: Number,
  },
};

export function createLogoutNotices(link: Link): LogoutNoticeRepository {
  const notices = createCollection(link, logoutNoticeKind);
  return {
    insert: (notice) => notices.insert(notice),
    async findNextApp({ state, after }) {
      const filter = { state, appId: operator({ $gt: after }) };
      const [next] = await notices.many(filter, { sort: { appId: 1 }, limit: 1 });
      return next?.appId;
    },
    list({ state, appId, until, limit }) {
      const filter = { state, appId, nextAttemptAt: operator({ $lte: until }) };
      return notices.many(filter, { sort: { nextAttemptAt: 1 }, limit });
    },
    update: (notice, expectedAttempts) =>
      notices.replace({ _id: notice.id, attempts: expectedAttempts, state: 'pending' }, notice),
    removeExpired: (now) => notices.remove(expiredAt(now)),
  };
}
