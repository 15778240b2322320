import type { Invitation, InvitationRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { countOpenIn, removeExpiredFrom } from './expiry.ts';

export function createInvitations(db: Database): InvitationRepository {
  const insert = db.change(
    'INSERT INTO invitations (id, purpose, accountId, expiresAt, record) VALUES (?, ?, ?, ?, ?)',
  );
  return {
    async insert(invitation) {
      const { id, purpose, accountId, expiresAt } = invitation;
      await insert(id, purpose, accountId ?? null, expiresAt, JSON.stringify(invitation));
    },
    find: db.one<Invitation>('SELECT record FROM invitations WHERE id = ? AND expiresAt > ?'),
    take: db.take<Invitation>('DELETE FROM invitations WHERE id = ? AND expiresAt > ? RETURNING record'),
    removeByPurpose: db.change('DELETE FROM invitations WHERE purpose = ?'),
    removeByAccount: db.change('DELETE FROM invitations WHERE accountId = ?'),
    countOpen: countOpenIn(db, 'invitations'),
    removeExpired: removeExpiredFrom(db, 'invitations'),
  };
}
