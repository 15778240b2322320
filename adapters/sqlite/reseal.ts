import type { Database } from './database.ts';

/** Compare-and-set of the one field of a record that is sealed with the installation secret. */
export function createReseal(db: Database, table: string, field: string) {
  const reseal = db.change(
    `UPDATE ${table} SET record = json_set(record, '$.${field}', ?) WHERE id = ? AND record ->> '$.${field}' = ?`,
  );
  return async (id: string, { from, to }: { from: string; to: string }) => (await reseal(to, id, from)) === 1;
}
