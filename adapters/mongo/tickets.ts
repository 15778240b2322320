import type { Ticket, TicketRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt, expiring, unexpired } from './expiry.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const ticketKind: RecordKind<Ticket> = {
  name: 'tickets',
  fields: { purpose: String, userHandle: String, expiresAt: Number },
};

export function createTickets(link: Link): TicketRepository {
  const tickets = createCollection(link, ticketKind);
  return {
    insert: (ticket) => tickets.insert(ticket),
    find: (id, now) => tickets.one({ _id: id, ...unexpired(now) }),
    take: (id, now) => tickets.take({ _id: id, ...unexpired(now) }),
    countOpen: ({ now, until }) => tickets.count(expiring({ now, until })),
    removeExpired: (now) => tickets.remove(expiredAt(now)),
  };
}
