import { operator } from './link.ts';

/** By the record's own field and the caller's clock: the TTL index only cleans up, and may be late. */
export const unexpired = (now: number) => ({ expiresAt: operator({ $gt: now }) });

/** Served by the TTL index. */
export const expiredAt = (now: number) => ({ removeAt: operator({ $lte: new Date(now) }) });

/** What expires after `now`, and by `until`; served by the TTL index. */
export const expiring = ({ now, until }: { now: number; until: number }) => ({
  removeAt: operator({ $gt: new Date(now), $lte: new Date(until) }),
});
