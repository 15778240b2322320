import type { AttributeValue } from '../accounts/account.ts';
import { AppError } from '../errors.ts';

/** Attributes as lines: what is no plain text stands as JSON, so that it comes back as what it was. */
export function writeAttributes(attributes: Readonly<Record<string, AttributeValue>> = {}): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) =>
        `${name} = ${typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value)}`,
    )
    .join('\n');
}

/** A text that would be read as something else, or lose something, is quoted. */
function isPlain(value: string): boolean {
  return (
    value !== '' &&
    value.trim() === value &&
    !/[\r\n]/.test(value) &&
    typeof readValue(value) === 'string' &&
    readValue(value) === value
  );
}

/**
 * `department = Research`, `floor = 3`, `sites = ["Berlin", "Graz"]`. Those that stood there before and do not any more
 * are taken away. @throws AppError `field_invalid`
 */
export function readAttributes(
  written: readonly string[],
  before: Readonly<Record<string, AttributeValue>> = {},
): Record<string, AttributeValue | null> {
  const gone = Object.keys(before).map((name) => [name, null] as const);
  return { ...Object.fromEntries(gone), ...readNewAttributes(written) };
}

/** Those of somebody who has none. @throws AppError `field_invalid` */
export function readNewAttributes(written: readonly string[]): Record<string, AttributeValue> {
  return Object.fromEntries(written.map(readLine));
}

function readLine(line: string): readonly [string, AttributeValue] {
  const [, name = '', value = ''] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === '') throw invalid(`${line}: a line is a name, an equals sign and a value`);
  const read = readValue(value);
  if (!isAttribute(read))
    throw invalid(`${name}: a value is text, a number, true, false, or a list of texts`);
  return [name, read];
}

function readValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function isAttribute(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.every((each) => typeof each === 'string');
  return ['string', 'number', 'boolean'].includes(typeof value);
}

const invalid = (detail: string) => new AppError('field_invalid', { field: 'attributes', detail });
