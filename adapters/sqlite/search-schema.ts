/**
 * What is searched by its beginnings: for each term a row with the unique key of the record, so that a search is one
 * range, in order. Triggers keep the rows; the engine writes the terms, as JSON, into the record's row. `searchTerms`
 * is there while a migration runs: see `migrations.ts`.
 */
const searched = (table: string, { side, key }: { side: string; key: string }) => {
  const add = `INSERT OR IGNORE INTO ${side} (term, ${key}) SELECT value, new.${key} FROM json_each(new.terms);`;
  const remove = `DELETE FROM ${side} WHERE term IN (SELECT value FROM json_each(old.terms)) AND ${key} = old.${key};`;
  return `
ALTER TABLE ${table} ADD COLUMN terms TEXT;
CREATE TABLE IF NOT EXISTS ${side} (
  term TEXT NOT NULL, ${key} TEXT NOT NULL, PRIMARY KEY (term, ${key})
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS ${side}Inserted AFTER INSERT ON ${table} BEGIN
  ${add}
END;
CREATE TRIGGER IF NOT EXISTS ${side}Updated AFTER UPDATE OF terms, ${key} ON ${table}
  WHEN old.terms IS NOT new.terms OR old.${key} <> new.${key} BEGIN
  ${remove}
  ${add}
END;
CREATE TRIGGER IF NOT EXISTS ${side}Deleted AFTER DELETE ON ${table} BEGIN
  ${remove}
END;
UPDATE ${table} SET terms = searchTerms('${table}', record);`;
};

/** Of the fourth schema: people, groups and apps by what they are called, and people by their status. */
export const searchSchema = [
  searched('accounts', { side: 'accountTerms', key: 'userNameKey' }),
  searched('groups', { side: 'groupTerms', key: 'nameKey' }),
  searched('apps', { side: 'appTerms', key: 'id' }),
  `
ALTER TABLE accounts ADD COLUMN status TEXT GENERATED ALWAYS AS (record ->> '$.status') VIRTUAL;
CREATE INDEX IF NOT EXISTS accountsByStatus ON accounts (status, userNameKey);
CREATE INDEX IF NOT EXISTS accountsByRoleAndStatus ON accounts (role, status, userNameKey);`,
].join('\n');
