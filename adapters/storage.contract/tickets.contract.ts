import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, ticketSample } from './samples.ts';

export function ticketsContract(name: string, open: Open): void {
  describe(`${name}: tickets`, () => {
    const storage = openedOnce(open);
    const tickets = () => storage().tickets;

    it('W20 gives a ticket to one of 50', async () => {
      const ticket = ticketSample({ purpose: 'recovery' });
      await tickets().insert(ticket);
      assert.deepEqual(await tickets().find(ticket.id, now), ticket);
      await assertOneWinner(() => tickets().take(ticket.id, now));
      assert.equal(await tickets().find(ticket.id, now), undefined);
    });

    it('counts those that run out within a time', async () => {
      const far = now + 1e12;
      await tickets().insert(ticketSample({ expiresAt: far + 10 }));
      await tickets().insert(ticketSample({ expiresAt: far + 20 }));
      assert.equal(await tickets().countOpen({ now: far, until: far + 10 }), 1);
      assert.equal(await tickets().countOpen({ now: far + 10, until: far + 20 }), 1);
      assert.equal(await tickets().countOpen({ now: far + 20, until: far + 30 }), 0);
    });

    it('refuses an id that is there', async () => {
      const ticket = ticketSample();
      await tickets().insert(ticket);
      await assertConflict(tickets().insert(ticket), 'id');
    });

    it('F11 neither finds nor gives an expired one, though it is still there', async () => {
      const ticket = ticketSample();
      await tickets().insert(ticket);
      assert.deepEqual(await tickets().find(ticket.id, ticket.expiresAt - 1), ticket);
      assert.equal(await tickets().find(ticket.id, ticket.expiresAt), undefined);
      assert.equal(await tickets().take(ticket.id, ticket.expiresAt), undefined);
    });

    it('removes what has expired', async () => {
      const long = now - 3_000_000;
      await tickets().insert(ticketSample({ expiresAt: long }));
      assert.equal(await tickets().removeExpired(long - 1), 0);
      assert.equal(await tickets().removeExpired(long), 1);
    });
  });
}
