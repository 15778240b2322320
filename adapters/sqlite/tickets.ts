import type { Ticket, TicketRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { countOpenIn, removeExpiredFrom } from './expiry.ts';

export function createTickets(db: Database): TicketRepository {
  const insert = db.change('INSERT INTO tickets (id, expiresAt, record) VALUES (?, ?, ?)');
  return {
    async insert(ticket) {
      await insert(ticket.id, ticket.expiresAt, JSON.stringify(ticket));
    },
    find: db.one<Ticket>('SELECT record FROM tickets WHERE id = ? AND expiresAt > ?'),
    take: db.take<Ticket>('DELETE FROM tickets WHERE id = ? AND expiresAt > ? RETURNING record'),
    countOpen: countOpenIn(db, 'tickets'),
    removeExpired: removeExpiredFrom(db, 'tickets'),
  };
}
