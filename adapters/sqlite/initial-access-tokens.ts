import type { InitialAccessToken, InitialAccessTokenRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createInitialAccessTokens(db: Database): InitialAccessTokenRepository {
  const insert = db.change(
    'INSERT INTO initialAccessTokens (id, expiresAt, revision, record) VALUES (?, ?, ?, ?)',
  );
  const update = db.change(
    'UPDATE initialAccessTokens SET expiresAt = ?, revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const list = db.many<InitialAccessToken>(
    'SELECT record FROM initialAccessTokens WHERE id > ? AND expiresAt > ? ORDER BY id LIMIT ?',
  );
  const remove = db.change('DELETE FROM initialAccessTokens WHERE id = ?');
  return {
    async insert(token) {
      const { id, expiresAt, revision } = token;
      await insert(id, expiresAt, revision, JSON.stringify(token));
    },
    find: db.one<InitialAccessToken>('SELECT record FROM initialAccessTokens WHERE id = ? AND expiresAt > ?'),
    list: async ({ after = '', limit, now }) =>
      toPage(await list(after, now, limit + 1), limit, ({ id }) => id),
    async update(token, expectedRevision) {
      const next = { ...token, revision: expectedRevision + 1 };
      const { id, expiresAt, revision } = next;
      return (await update(expiresAt, revision, JSON.stringify(next), id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    removeExpired: removeExpiredFrom(db, 'initialAccessTokens'),
  };
}
