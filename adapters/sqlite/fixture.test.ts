import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { assertFixture, storeFixture } from '../storage.contract/fixture.ts';
import { openFile } from './database.ts';
import { schemaVersion } from './migrations.ts';
import { openFileStorage, temporaryFolder } from './testing.ts';

const inFolder = temporaryFolder();
const fixtures = join(import.meta.dirname, 'fixtures');

/**
 * A database as SQL text. Triggers and indexes come after the rows: what triggers keep is among the rows.
 */
function dump(db: DatabaseSync): string {
  const all = (sql: string) => db.prepare(sql).all();
  const sqlOf = (condition: string) =>
    all(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND ${condition} ORDER BY name`).map(
      ({ sql }) => `${sql};`,
    );
  const tables = all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const rows = tables.flatMap(({ name }) => {
    const columns = all(`PRAGMA table_info(${name})`).map((column) => `quote(${column.name})`);
    const selection = `SELECT concat_ws(', ', ${columns.join(', ')}) AS row FROM ${name} ORDER BY 1`;
    return all(selection).map(({ row }) => `INSERT INTO ${name} VALUES (${row});`);
  });
  const version = `PRAGMA user_version = ${schemaVersion};`;
  return [...sqlOf("type = 'table'"), ...rows, ...sqlOf("type <> 'table'"), version, ''].join('\n');
}

describe('a SQLite database of an earlier release', () => {
  /** A new release adds its file: node --test --test-update-snapshots adapters/sqlite/fixture.test.ts */
  it('is what this release makes, in the newest fixture', async (t) => {
    const file = inFolder('made.sqlite');
    const storage = await openFileStorage(file);
    await storeFixture(storage);
    await storage[Symbol.asyncDispose]();
    using db = openFile(file);
    t.assert.fileSnapshot(dump(db), join(fixtures, `v${schemaVersion}.sql`), { serializers: [String] });
  });

  for (const name of readdirSync(fixtures))
    it(`opens with everything in it: ${name}`, async () => {
      const file = inFolder(`${name}.sqlite`);
      const db = openFile(file);
      db.exec(readFileSync(join(fixtures, name), 'utf8'));
      db.close();
      await using storage = await openFileStorage(file);
      await assertFixture(storage, name);
    });
});
