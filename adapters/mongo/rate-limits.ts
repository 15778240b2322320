import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, Limiter } from '../../server/storage.ts';
import type { Link } from './link.ts';

/** The attempts of one key in one stretch of time. */
interface Count {
  /** The stretch's number, and the key: nothing that is over is ever counted on. */
  _id: string;
  attempts: number;
  removeAt: Date;
}

/**
 * Attempts that all instances count together, in stretches of `seconds` by the clock. A count that a change of the
 * primary takes back harms nobody, so no majority is waited for.
 */
export function createLimiter({ connection, run }: Link, { attempts, seconds }: Limit): Limiter {
  const length = seconds * 1000;
  return {
    consume: (key) =>
      run(async () => {
        const now = Date.now();
        const stretch = Math.floor(now / length);
        const end = (stretch + 1) * length;
        const counts = connection.db?.collection<Count>('rateLimits', { writeConcern: { w: 1 } });
        const count = await counts?.findOneAndUpdate(
          { _id: `${stretch} ${key}` },
          { $inc: { attempts: 1 }, $setOnInsert: { removeAt: new Date(end) } },
          { upsert: true, returnDocument: 'after' },
        );
        if (count && count.attempts > attempts) throw new RateLimiterRes(0, end - now);
      }),
  };
}
