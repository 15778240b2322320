/** What Pocket ID left: the zip of `pocket-id export`, or its SQLite file. */
import { open, readFile, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { counted, type RawTables, tableNames } from './tables.ts';

/** Bytes. A million people with a passkey each have a database.json of a gigabyte: they come by the SQLite file. */
const largest = { zip: 64 * 1024 * 1024, database: 256 * 1024 * 1024 };

const exportSchema = z.object({ tables: z.record(z.string(), z.array(z.unknown())) });

/** @throws AppError `field_invalid` for a file that is neither */
export async function openPocketId(file: string): Promise<RawTables> {
  const beginning = await beginningOf(file);
  if (beginning.startsWith('SQLite format 3\0')) return readDatabase(file);
  if (beginning.startsWith('PK\u0003\u0004')) return readZip(file);
  return refuse('it is neither the zip of `pocket-id export` nor an SQLite file');
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** One file of it, no larger than it may be, whatever the zip says of itself. */
async function readZip(file: string): Promise<RawTables> {
  if ((await stat(file)).size > largest.zip) refuse('the zip is larger than 64 MB: give the SQLite file');
  const found = unzipped(await readFile(file))['database.json'];
  if (!found) return refuse('there is no database.json in it, or one of more than 256 MB');
  const { success, data } = exportSchema.safeParse(parsed(found));
  return success ? data.tables : refuse('its database.json is not what Pocket ID writes');
}

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => name === 'database.json' && originalSize <= largest.database,
    });
  } catch {
    return refuse('the zip is damaged');
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Read only, and believed in nothing: no view, trigger or function of it runs. */
function readDatabase(file: string): RawTables {
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON');
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const present = new Set(tables.map(({ name }) => name));
    const read = (table: string) => database.prepare(`SELECT * FROM "${table}"`).all();
    const count = (table: string) => database.prepare(`SELECT 1 FROM "${table}"`).all();
    return Object.fromEntries([
      ...tableNames.filter((table) => present.has(table)).map((table) => [table, read(table)] as const),
      ...counted.filter((table) => present.has(table)).map((table) => [table, count(table)] as const),
    ]);
  } catch (cause) {
    throw new AppError('field_invalid', { field: 'file', detail: 'the SQLite file cannot be read', cause });
  }
}

function refuse(detail: string): never {
  throw new AppError('field_invalid', { field: 'file', detail });
}
