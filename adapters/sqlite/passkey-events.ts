import type { PasskeyEvent, PasskeyEventRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createPasskeyEvents(db: Database): PasskeyEventRepository {
  const insert = db.change('INSERT INTO passkeyEvents (id, expiresAt, record) VALUES (?, ?, ?)');
  const list = db.many<PasskeyEvent>('SELECT record FROM passkeyEvents WHERE id > ? ORDER BY id LIMIT ?');
  return {
    async insert(event) {
      await insert(event.id, event.expiresAt, JSON.stringify(event));
    },
    list: async ({ after = '', limit }) => toPage(await list(after, limit + 1), limit, ({ id }) => id),
    removeExpired: removeExpiredFrom(db, 'passkeyEvents'),
  };
}
