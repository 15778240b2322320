import type { Lease, LeaseRepository } from '../../server/storage.ts';
import type { Database, Row } from './database.ts';

export function createLeases(db: Database): LeaseRepository {
  const acquire = db.take(
    `INSERT INTO leases (id, owner, until, fence) VALUES (?, ?, ?, 1)
     ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = excluded.until, fence = fence + 1
     WHERE until <= ? OR owner = excluded.owner RETURNING id, owner, until, fence`,
    { durable: false, decode: toLease },
  );
  const release = db.change('UPDATE leases SET until = 0 WHERE id = ? AND owner = ?', { durable: false });
  return {
    acquire: ({ id, owner, until }, now) => acquire(id, owner, until, now),
    release: async (id, owner) => void (await release(id, owner)),
  };
}

function toLease({ id, owner, until, fence }: Row): Lease {
  return { id: String(id), owner: String(owner), until: Number(until), fence: Number(fence) };
}
