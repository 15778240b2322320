import type { Database } from './database.ts';

/** Rows that one commit deletes at most, so that a long clean-up lets other writes through. */
const batch = 500;

/** Deletes the rows of a table that had expired at `now`; resolves to their number. */
export function removeExpiredFrom(db: Database, table: string): (now: number) => Promise<number> {
  const removeBatch = db.change(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expiresAt <= ? LIMIT ${batch})`,
  );
  return async (now) => {
    let total = 0;
    for (let removed = batch; removed === batch; total += removed) removed = await removeBatch(now);
    return total;
  };
}

/** Counts the rows of a table that expire after `now`, and by `until`. */
export function countOpenIn(db: Database, table: string) {
  const count = db.one(
    `SELECT count(*) AS open FROM ${table} WHERE expiresAt > ? AND expiresAt <= ?`,
    ({ open }) => Number(open),
  );
  return async ({ now, until }: { now: number; until: number }) => (await count(now, until)) ?? 0;
}
