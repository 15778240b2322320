/**
 * Lets one passkey be registered for one user handle, once, without an assertion of that handle.
 * - `first`: the handle has no passkey yet.
 * - `recovery`: the handle's passkeys are suspended when the new one is registered, which is `unconfirmed`.
 * - `additional`: one more, vouched for by whoever administers the machine.
 */
export interface Ticket {
  /** Keyed hash of the ticket's value, which is kept nowhere. */
  id: string;
  purpose: 'first' | 'recovery' | 'additional';
  userHandle: string;
  expiresAt: number;
}

/** Where tickets are kept. */
export interface TicketRepository {
  insert(ticket: Ticket): Promise<void>;
  find(id: string, now: number): Promise<Ticket | undefined>;
  /** Finds and deletes in one step. */
  take(id: string, now: number): Promise<Ticket | undefined>;
  /** Of those that have not expired at `now`, how many have by `until`. */
  countOpen(query: { now: number; until: number }): Promise<number>;
  removeExpired(now: number): Promise<number>;
}
