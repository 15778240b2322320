import type { Page, TimeQuery } from '../server/storage.ts';

/** A page out of `limit + 1` rows: the one too many tells that there is a next page, whose cursor is the last key. */
export function toPage<T>(rows: T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: keyOf(last) } : { items };
}

/** The cursor of a list in order of time, where several records may be of one moment. */
export const timeCursor = ({ at, id }: { at: number; id: string }): string => `${at}.${id}`;

/** Of passkeys by the time of their alert. */
export const alertCursor = ({ modelAlertAt = 0, id }: { modelAlertAt?: number; id: string }): string =>
  timeCursor({ at: modelAlertAt, id });

/** Before which moment and id a page goes on, of those that begin with the newest. */
export function endOf(after: string | undefined): { at: number; id: string } {
  return startOf({ after: after ?? `${Number.MAX_SAFE_INTEGER}.`, limit: 0 });
}

/** After which moment and id a part of such a list begins. No id is empty, so that of `since` comes with it. */
export function startOf({ after, since = 0 }: TimeQuery): { at: number; id: string } {
  const [, at, id = ''] = /^(\d+)\.(.*)$/s.exec(after ?? '') ?? [];
  return at === undefined ? { at: since, id: '' } : { at: Number(at), id };
}
