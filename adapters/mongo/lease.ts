import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { isDuplicateKey } from './errors.ts';
import type { Stored } from './record-model.ts';

/** Who dies with the lease holds others up no longer than this. */
const leaseMs = 10_000;
const retryMs = 100;

/**
 * Runs `work` while no other instance runs its own: they take turns. Work that takes longer than the lease may
 * overlap, so it must be such that it can be run twice.
 */
export async function withLease<T>(connection: Connection, id: string, work: () => Promise<T>): Promise<T> {
  const leases = connection.collection<Stored>('leases');
  const owner = randomUUID();
  while (!(await acquire())) await sleep(retryMs);
  try {
    return await work();
  } finally {
    await leases.deleteOne({ _id: id, owner });
  }

  /** A lease that has run out is taken over; one that runs makes the insert of a second one fail. */
  async function acquire(): Promise<boolean> {
    const now = Date.now();
    try {
      await leases.updateOne(
        { _id: id, until: { $lt: now } },
        { $set: { owner, until: now + leaseMs } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
}
