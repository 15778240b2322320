import { operator } from './link.ts';

/** By the record's own field and the caller's clock: the TTL index only cleans up, and may be late. */
export const unexpired = (now: number) => ({ expiresAt: operator({ $gt: now }) });

/** Served by the TTL index. */
export const expiredAt = (now: number) => ({ removeAt: operator({ $lte: new Date(now) }) });
