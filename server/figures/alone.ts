import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseRepository } from '../leases/lease.ts';

const id = 'figures';
const ms = 30_000;
const pause = 500;

/**
 * Does work that one process at a time may do: following the passkey manager, or counting anew.
 *
 * @param patience milliseconds to wait for whoever does it now
 * @param work gets a function that prolongs its turn, to be called now and then; it may go on where that fails
 * @returns whether it had its turn
 */
export async function alone(
  { leases, now }: { leases: LeaseRepository; now: () => number },
  work: (prolong: () => void) => Promise<void>,
  patience = 0,
): Promise<boolean> {
  const owner = randomUUID();
  const acquire = () => leases.acquire({ id, owner, until: now() + ms }, now());
  for (const until = now() + patience; !(await acquire()); await delay(pause))
    if (now() >= until) return false;
  let prolonged = now();
  const prolong = () => {
    if (now() - prolonged < ms / 3) return;
    prolonged = now();
    acquire().catch(() => {});
  };
  try {
    await work(prolong);
    return true;
  } finally {
    await leases.release(id, owner).catch(() => {});
  }
}
