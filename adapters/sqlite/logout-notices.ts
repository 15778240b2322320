import type { LogoutNotice, LogoutNoticeRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createLogoutNotices(db: Database): LogoutNoticeRepository {
  const insert = db.change(
    'INSERT INTO logoutNotices (id, state, appId, nextAttemptAt, attempts, expiresAt, record) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const nextApp = db.one(
    'SELECT appId FROM logoutNotices WHERE state = ? AND appId > ? ORDER BY appId LIMIT 1',
    ({ appId }) => String(appId),
  );
  const list = db.many<LogoutNotice>(
    'SELECT record FROM logoutNotices WHERE state = ? AND appId = ? AND nextAttemptAt <= ? ORDER BY nextAttemptAt LIMIT ?',
  );
  const update = db.change(
    "UPDATE logoutNotices SET state = ?, nextAttemptAt = ?, attempts = ?, expiresAt = ?, record = ? WHERE id = ? AND attempts = ? AND state = 'pending'",
  );
  return {
    async insert(notice) {
      const { id, state, appId, nextAttemptAt, attempts, expiresAt } = notice;
      await insert(id, state, appId, nextAttemptAt, attempts, expiresAt, JSON.stringify(notice));
    },
    findNextApp: ({ state, after }) => nextApp(state, after),
    list: ({ state, appId, until, limit }) => list(state, appId, until, limit),
    async update(notice, expectedAttempts) {
      const { id, state, nextAttemptAt, attempts, expiresAt } = notice;
      const changed = { state, nextAttemptAt, attempts, expiresAt, record: JSON.stringify(notice) };
      return (await update(...Object.values(changed), id, expectedAttempts)) === 1;
    },
    removeExpired: removeExpiredFrom(db, 'logoutNotices'),
  };
}
