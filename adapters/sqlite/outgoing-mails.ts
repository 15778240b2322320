import type { OutgoingMail, OutgoingMailRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createOutgoingMails(db: Database): OutgoingMailRepository {
  const insert = db.change(
    'INSERT INTO outgoingMails (id, nextAttemptAt, attempts, expiresAt, record) VALUES (?, ?, ?, ?, ?)',
  );
  const list = db.many<OutgoingMail>(
    'SELECT record FROM outgoingMails WHERE nextAttemptAt <= ? AND expiresAt > ? ORDER BY nextAttemptAt LIMIT ?',
  );
  const update = db.change(
    'UPDATE outgoingMails SET nextAttemptAt = ?, attempts = ?, expiresAt = ?, record = ? WHERE id = ? AND attempts = ?',
  );
  const remove = db.change('DELETE FROM outgoingMails WHERE id = ?');
  return {
    async insert(mail) {
      const { id, nextAttemptAt, attempts, expiresAt } = mail;
      await insert(id, nextAttemptAt, attempts, expiresAt, JSON.stringify(mail));
    },
    listDue: ({ until, limit }) => list(until, until, limit),
    async update(mail, expectedAttempts) {
      const { id, nextAttemptAt, attempts, expiresAt } = mail;
      const record = JSON.stringify(mail);
      return (await update(nextAttemptAt, attempts, expiresAt, record, id, expectedAttempts)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
    removeExpired: removeExpiredFrom(db, 'outgoingMails'),
  };
}
