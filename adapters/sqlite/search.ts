import { matchesWords, type Page } from '../../server/storage.ts';
import type { Database, Row } from './database.ts';
import { firstIn, rangeOf } from './stored-terms.ts';

/** What is searched: where its terms lie, and how a row of it is read. */
interface Searched<T> {
  /** Of the records. */
  table: string;
  /** Of the terms. */
  side: string;
  /** The unique key that both have. */
  key: string;
  columns: string;
  decode: (row: Row) => T;
  termsOf: (record: T) => string[];
}

export interface Search<T> {
  words: readonly string[];
  after?: string | undefined;
  limit: number;
  /** Those alone whose terms are kept under this one too: see `narrowestScope`. */
  scope?: string;
  accept?: (record: T) => boolean;
}

/** A row of the side table. */
interface Place {
  term: string;
  key: string;
}

/** Greater than any character that a term may go on with, in the order of bytes. */
const last = '\u{10ffff}';
/** Rows that a page looks at, at most: of three words that are frequent but not together it may come back short. */
const mostExamined = 10_000;

/** Reads one range, in order of term and key, and of what it finds there what every word finds. */
export function createSearch<T>(
  db: Database,
  { table, side, key, columns, decode, termsOf }: Searched<T>,
): (search: Search<T>) => Promise<Page<T>> {
  const toPlace = (row: Row): Place => ({ term: String(row.term), key: String(row.key) });
  const those = (condition: string) =>
    db.many(
      `SELECT term, ${key} AS key FROM ${side} WHERE (term, ${key}) > (?, ?) AND term < ? ${condition}
       ORDER BY term, ${key} LIMIT ?`,
      toPlace,
    );
  const read = those('');
  const readWithin = those('AND instr(term, ?)');
  const find = db.one(`SELECT ${columns} FROM ${table} WHERE ${key} = ?`, decode);

  return async ({ words, after, limit, scope = '', accept = () => true }) => {
    const range = rangeOf(words, scope);
    if (!range) return { items: [] };
    const { begin, within } = range;
    const next = ({ term, key }: Place, size: number) =>
      within === undefined
        ? read(term, key, begin + last, size)
        : readWithin(term, key, begin + last, within, size);
    let position = toPosition(after, begin) ?? { term: begin, key: '' };
    const found: { record: T; position: Place }[] = [];
    // A person may stand there several times.
    const size = 4 * limit + 1;
    for (let examined = size; ; examined += size) {
      const rows = await next(position, size);
      for (const row of rows) {
        if (found.length > limit) break;
        position = row;
        const record = await find(row.key);
        if (!record) continue;
        const terms = termsOf(record);
        const isFirst = firstIn(range, terms, scope) === row.term;
        if (isFirst && matchesWords(terms, words) && accept(record)) found.push({ record, position });
      }
      if (found.length > limit) return toPage(found.slice(0, limit), found[limit - 1]?.position);
      if (rows.length < size) return toPage(found);
      if (examined >= mostExamined) return toPage(found, position);
    }
  };
}

function toPage<T>(found: readonly { record: T }[], next?: Place): Page<T> {
  const items = found.map(({ record }) => record);
  return next ? { items, next: JSON.stringify([next.term, next.key]) } : { items };
}

/** A cursor of another search begins this one anew. */
function toPosition(after: string | undefined, begin: string): Place | undefined {
  if (after === undefined) return undefined;
  try {
    const [term, key] = JSON.parse(after);
    if (String(term).startsWith(begin)) return { term: String(term), key: String(key) };
  } catch {}
  return undefined;
}
