import type { TimeQuery } from '../../server/storage.ts';
import { startOf } from '../page.ts';
import { operator } from './link.ts';

export const byTime = { at: 1, _id: 1 } as const;

/** One range of the index by time; of the moment that it begins with, only what comes after an id. */
export function fromTime(query: TimeQuery): Record<string, unknown> {
  const { at, id } = startOf(query);
  return {
    at: operator({ $gte: at }),
    $or: [{ at: operator({ $gt: at }) }, { _id: operator({ $gt: id }) }],
  };
}
