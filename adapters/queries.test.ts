import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { beginsWith, listQueries, queries } from './queries.ts';
import { createDatabase } from './sqlite/database.ts';
import { migrate } from './sqlite/migrations.ts';
import { createRepositories } from './sqlite/open.ts';

/** Fields that stand in a table of their own in SQLite. */
const sideTables: Record<string, { table: string; column: string }> = {
  'accounts.userHandles': { table: 'accountUserHandles', column: 'userHandles' },
  'accounts.groups': { table: 'accountGroups', column: 'groupId' },
  'accounts.administers': { table: 'accountApps', column: 'appId' },
  'accounts.terms': { table: 'accountTerms', column: 'term' },
  'groups.terms': { table: 'groupTerms', column: 'term' },
  'apps.terms': { table: 'appTerms', column: 'term' },
  'apps.proxiedOrigins': { table: 'appOrigins', column: 'proxiedOrigins' },
};

/** What is no table: how a subquery reads its own is a step of its own. */
const noTable = /^SCAN (json_each|\(subquery)/;

/** Statements that read all of a table on purpose: it never has more than a few rows. */
const readsAll = [
  'SELECT record FROM signingKeys ORDER BY createdAt, id',
  'SELECT record, currentAt FROM receiptKeys ORDER BY generation',
];

describe('the queries', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  const database = createDatabase(db);
  const repositories = createRepositories(database);

  it('are all in the table', () => {
    for (const [name, repository] of Object.entries(repositories))
      assert.deepEqual(
        Object.keys(queries[name as keyof typeof queries]).sort(),
        Object.keys(repository).sort(),
      );
  });

  it('never scan a table of SQLite', () => {
    assert.ok(database.statements.length > 50);
    for (const sql of database.statements) {
      const plan = db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail));
      const scans = plan.filter((step) => step.startsWith('SCAN') && !noTable.test(step));
      if (!readsAll.includes(sql)) assert.deepEqual(scans, [], sql);
    }
  });

  it('page without sorting in SQLite', () => {
    for (const sql of database.statements.filter((sql) => /ORDER BY .*LIMIT/s.test(sql))) {
      const plan = db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail));
      assert.ok(!plan.some((step) => step.includes('TEMP B-TREE')), `${sql}\n${plan.join('\n')}`);
    }
  });

  it('find their index in SQLite', () => {
    for (const { name, table, fields } of listQueries()) {
      if (table === 'installation') continue;
      const [first = '', ...rest] = fields;
      const side = sideTables[`${table}.${first}`];
      const expected = side ? [side.column, ...rest] : fields;
      const indexes = db.prepare('SELECT name FROM pragma_index_list(?)').all(side?.table ?? table);
      const isServed = indexes.some((index) => {
        const columns = db.prepare('SELECT name FROM pragma_index_info(?)').all(String(index.name));
        return beginsWith(
          columns.map(({ name }) => name),
          expected,
        );
      });
      assert.ok(isServed, name);
    }
  });
});
