import type { mongo } from 'mongoose';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, Limiter } from '../../server/storage.ts';
import { isDuplicateKey } from './errors.ts';
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
        const count = counts && (await countUp(counts, { id: `${stretch} ${key}`, end }));
        if (!count || count.attempts > attempts) throw new RateLimiterRes(0, end - now);
      }),
  };
}

/**
 * The record is made first, and counted up when it is there: of many upserts of one record at once, not every engine
 * tells each what came of it.
 */
async function countUp(counts: mongo.Collection<Count>, { id, end }: { id: string; end: number }) {
  const up = () =>
    counts.findOneAndUpdate({ _id: id }, { $inc: { attempts: 1 } }, { returnDocument: 'after' });
  const counted = await up();
  if (counted) return counted;
  await counts.insertOne({ _id: id, attempts: 0, removeAt: new Date(end) }).catch(passDuplicate);
  return up();
}

function passDuplicate(error: unknown): void {
  if (!isDuplicateKey(error)) throw error;
}
