import { instant, table } from '../output.ts';

type Facts = Readonly<Record<string, unknown>>;

/** For people, where nothing better is written: a table of a list, a line a field of anything else. */
export function plainLines(output: unknown): readonly string[] {
  if (Array.isArray(output)) return output.every(isRecord) ? rowsOf(output) : output.map(shown);
  return isRecord(output) ? linesOf(output) : [shown('', output)];
}

/** As many as fit into a line. */
const mostColumns = 6;
/** What is of use to programs alone. */
const hidden = ['sub', 'revision', 'updatedAt'];

function rowsOf(records: readonly Facts[]): readonly string[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const columns = names
    .filter((name) => !hidden.includes(name) && records.some((record) => isSmall(record[name])))
    .slice(0, mostColumns);
  const rows = records.map((record) => columns.map((name) => shown(name, record[name])));
  return table(columns.map(words), rows, 'There is nothing.');
}

const isSmall = (value: unknown): boolean =>
  !isRecord(value) && (!Array.isArray(value) || value.every(isText));
const isText = (value: unknown): boolean => typeof value === 'string';

function linesOf(record: Facts): string[] {
  const entries = Object.entries(record);
  const width = Math.max(
    0,
    ...entries.filter(([, value]) => !isLong(value)).map(([name]) => words(name).length),
  );
  return entries.flatMap(([name, value]) => {
    if (!isLong(value)) return [`${words(name).padEnd(width)}  ${shown(name, value)}`];
    return [`${words(name)}:`, ...plainLines(value).map((line) => `  ${line}`)];
  });
}

const isLong = (value: unknown): boolean =>
  (isRecord(value) && Object.keys(value).length > 0) || (Array.isArray(value) && value.some(isRecord));

function shown(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'number' && isTime(name)) return instant(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && !value.some(isRecord)) return value.join(' ') || '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** As the house names them. */
const isTime = (name: string): boolean => /(^a|A)t$|^since$|^not(Before|After)$|^nextUpdate$/.test(name);

const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `lastSignInAt` → `last sign in`. */
function words(name: string): string {
  return name
    .replace(/([a-z])At$/, '$1')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}
