import type { Page } from '../server/storage.ts';

/** A page out of `limit + 1` rows: the one too many tells that there is a next page, whose cursor is the last key. */
export function toPage<T>(rows: T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: keyOf(last) } : { items };
}
