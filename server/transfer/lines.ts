/** The text inside an export: a line of JSON an item, the first says what it is, the last how many there were. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { CarriedItem } from './content.ts';
import { itemSchema } from './records.ts';

/** A newer one is refused: what it says beside could be what keeps somebody out. */
const version = 1;
/** Characters. A person with fifty passkeys, all with certificates, is the longest there can be. */
const longestLine = 8 * 1024 * 1024;
const linesAChunk = 200;

const headerSchema = z.strictObject({
  format: z.literal('latchkey-export'),
  version: z.int(),
  issuer: z.string(),
  installation: z.string(),
  createdAt: z.int(),
});

export type ExportHeader = Omit<z.output<typeof headerSchema>, 'format' | 'version'>;

const endSchema = z.strictObject({ kind: z.literal('end'), items: z.int() });

export async function* writeLines(
  header: ExportHeader,
  items: AsyncIterable<CarriedItem>,
): AsyncGenerator<string> {
  let chunk = [JSON.stringify({ format: 'latchkey-export', version, ...header })];
  let count = 0;
  for await (const item of items) {
    chunk.push(JSON.stringify(item));
    count += 1;
    if (chunk.length < linesAChunk) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  yield `${[...chunk, JSON.stringify({ kind: 'end', items: count })].join('\n')}\n`;
}

export interface OpenedLines {
  header: ExportHeader;
  items: AsyncGenerator<CarriedItem>;
  /** For whoever reads no further. */
  close(): Promise<unknown>;
}

/** @throws AppError `field_invalid` for what is no export, or one that a newer version made */
export async function readLines(text: AsyncIterable<string>): Promise<OpenedLines> {
  const lines = splitLines(text);
  const { value } = await lines.next();
  const header = readHeader(parsed(value ?? ''));
  return { header, items: readItems(lines), close: () => lines.return(undefined) };
}

function readHeader(first: unknown): ExportHeader {
  const { success, data } = headerSchema.safeParse(first);
  if (!success) refuse('it is not what `latchkey export` writes');
  const { format, version: written, ...header } = data;
  if (written > version) refuse('a newer version of Latchkey made it: import it there');
  return header;
}

async function* readItems(lines: AsyncIterable<string>): AsyncGenerator<CarriedItem> {
  let count = 0;
  let ended = false;
  for await (const line of lines) {
    const value = parsed(line);
    const end = endSchema.safeParse(value);
    if (ended) refuse('something stands behind its end');
    if (end.success) {
      if (end.data.items !== count) refuse('items are missing');
      ended = true;
      continue;
    }
    count += 1;
    yield readItem(value, count);
  }
  if (!ended) refuse('its end is missing');
}

function readItem(value: unknown, count: number): CarriedItem {
  const { success, data, error } = itemSchema.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    refuse(`item ${count} cannot be read: ${issue?.path.join('.')} ${issue?.message}`);
  }
  return data;
}

async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of text) {
    const [first = '', ...others] = part.split('\n');
    rest += first;
    for (const next of others) {
      yield rest;
      rest = next;
    }
    if (rest.length > longestLine) refuse('a line of it is longer than any item');
  }
  if (rest !== '') yield rest;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return refuse('it is not what `latchkey export` writes');
  }
}

function refuse(detail: string): never {
  throw new AppError('field_invalid', { field: 'file', detail });
}
