import type { TimeQuery } from '../../server/storage.ts';
import { startOf } from '../page.ts';
import { operator } from './link.ts';

export const byTime = { at: 1, _id: 1 } as const;
export const newestFirst = { at: -1, _id: -1 } as const;

/** One range of the index by time; of the moment that it begins with, only what comes after an id. */
export function fromTime(query: TimeQuery, field = 'at'): Record<string, unknown> {
  const { at, id } = startOf(query);
  return {
    [field]: operator({ $gte: at }),
    $or: [{ [field]: operator({ $gt: at }) }, { _id: operator({ $gt: id }) }],
  };
}

/** The same from the other end: what comes before a moment, and of that moment what comes before an id. */
export function untilTime({ at, id }: { at: number; id: string }): Record<string, unknown> {
  return {
    at: operator({ $lte: at }),
    $or: [{ at: operator({ $lt: at }) }, { _id: operator({ $lt: id }) }],
  };
}
