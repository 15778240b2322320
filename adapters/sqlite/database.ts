import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { toStorageError } from './errors.ts';
import { createGroupCommit, type WriteOptions } from './group-commit.ts';

type Value = SQLInputValue;
export type Row = Record<string, SQLOutputValue>;
type Decode<T> = (row: Row) => T;

/**
 * What the repositories are made of: SQL in, a function out. Every statement is prepared once, when its repository
 * is made, and columns bear the names of the record's fields.
 */
export interface Database {
  /** Reads at most one record. */
  one<T>(sql: string, decode?: Decode<T>): (...values: Value[]) => Promise<T | undefined>;
  /** Reads records. */
  many<T>(sql: string, decode?: Decode<T>): (...values: Value[]) => Promise<T[]>;
  /** Writes, in the next group commit; resolves to the number of rows changed. */
  change(sql: string, options?: WriteOptions): (...values: Value[]) => Promise<number>;
  /** Writes with `RETURNING`; resolves to what was returned first. */
  take<T>(
    sql: string,
    options?: WriteOptions & { decode?: Decode<T> },
  ): (...values: Value[]) => Promise<T | undefined>;
  /** Several statements that happen together: each is called within `work` only. */
  statement(sql: string): (...values: Value[]) => void;
  together<T>(work: () => T, options?: WriteOptions): Promise<T>;
  /** Every statement prepared so far, for the test that each is served by an index. */
  readonly statements: readonly string[];
  /** Commits what is queued and closes the file. */
  close(): void;
}

export const decodeRecord = <T>(row: Row): T => JSON.parse(row.record as string);

export function createDatabase(db: DatabaseSync): Database {
  const commits = createGroupCommit(db);
  const statements: string[] = [];
  const prepare = (sql: string) => {
    statements.push(sql);
    return db.prepare(sql);
  };
  return {
    one(sql, decode = decodeRecord) {
      const statement = prepare(sql);
      return async (...values) => {
        const row = reading(() => statement.get(...values));
        return row && decode(row);
      };
    },
    many(sql, decode = decodeRecord) {
      const statement = prepare(sql);
      return async (...values) => reading(() => statement.all(...values)).map(decode);
    },
    change(sql, options) {
      const statement = prepare(sql);
      return (...values) => commits.write(() => Number(statement.run(...values).changes), options);
    },
    take(sql, { decode = decodeRecord, durable } = { durable: true }) {
      const statement = prepare(sql);
      const run = (values: Value[]) => {
        const row = statement.get(...values);
        return row && decode(row);
      };
      return (...values) => commits.write(() => run(values), { durable });
    },
    statement(sql) {
      const statement = prepare(sql);
      return (...values) => {
        statement.run(...values);
      };
    },
    together: commits.writeTogether,
    statements,
    close() {
      commits.close();
      if (db.isOpen) db.close();
    },
  };
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw toStorageError(error);
  }
}

/**
 * WAL lets commands read and write beside the server. FULL waits for the disk at every commit: an acknowledged
 * consume, revocation or passkey survives a power cut (https://sqlite.org/pragma.html#pragma_synchronous).
 * At most 64 MiB of pages are kept in memory: with the 2 MiB of the default, indexes of a million people are read anew
 * all the time.
 */
export function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: false });
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;',
  );
  return db;
}
