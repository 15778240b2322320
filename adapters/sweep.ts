import type { Storage } from '../server/storage.ts';

/** What expires, the largest first. */
type Sweepable = Pick<Storage, 'artifacts' | 'invitations' | 'signIns' | 'challenges' | 'tickets' | 'proofs'>;

/** Deletes what had expired at `now`; resolves to the number of records. */
export async function sweep(storage: Sweepable, now: number): Promise<number> {
  const { artifacts, invitations, signIns, challenges, tickets, proofs } = storage;
  let removed = 0;
  for (const repository of [artifacts, invitations, signIns, challenges, tickets, proofs])
    removed += await repository.removeExpired(now);
  return removed;
}
