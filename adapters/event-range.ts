import type { EventPosition, EventRange } from '../server/storage.ts';

/**
 * Where a part of a list begins, in its own direction, and the moment that ends it. What it begins with is not in it:
 * no sequence is below 0, so that a moment alone stands before all of its events.
 */
export function boundsOf({ since = 0, before = Number.MAX_SAFE_INTEGER, after, oldestFirst }: EventRange): {
  from: EventPosition;
  end: number;
} {
  const from = after ?? { at: oldestFirst ? since : before, sequence: -1, id: '' };
  return { from, end: oldestFirst ? before : since };
}
