import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
} from 'yaml';
import { AppError, type FieldProblem } from '../../errors.ts';

/** A file that was read, and where in it a field stands. */
export interface ReadFile {
  value: unknown;
  /** Does the work; problems that it finds get the line of their field. */
  withLines<T>(work: () => T): T;
}

/** Some megabytes are more than anybody writes. */
const mostBytes = 4 * 1024 * 1024;

/**
 * YAML 1.2, and so JSON too: no tags, no key twice, one document.
 * @throws AppError `field_invalid` with the line of what cannot be read
 */
export function readConfigurationFile(name: string): ReadFile {
  const text = readText(resolve(name));
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw unreadable(`${name}:${lines.linePos(problem.pos[0]).line}: ${problem.message}`, problem);
  const value = asData(document, name);
  return {
    value,
    withLines(work) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof AppError) || !error.problems) throw error;
        throw withPlaces(error, ({ field }) => {
          const offset = offsetOf(document.contents, field);
          return `${name}:${lines.linePos(offset).line}`;
        });
      }
    },
  };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > mostBytes) throw new Error(`it has ${bytes.length} bytes, and may have ${mostBytes}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(`${file} cannot be read: ${(cause as Error).message}`, cause);
  }
}

/** Aliases that would grow without end are refused here. An empty file says nothing. */
function asData(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw unreadable(`${name}: ${(cause as Error).message}`, cause);
  }
}

const unreadable = (detail: string, cause: unknown) =>
  new AppError('field_invalid', { field: 'file', detail, cause });

function withPlaces(error: AppError, placeOf: (problem: FieldProblem) => string): AppError {
  const problems = error.problems ?? [];
  return new AppError('field_invalid', {
    ...(error.field !== undefined && { field: error.field }),
    detail: problems.map((one) => `${placeOf(one)}: ${one.field} ${one.message}`).join('\n'),
    problems,
    cause: error,
  });
}

/** Where `apps.0.redirectUris` begins, or as near to it as the file goes. Keys may have dots themselves. */
function offsetOf(node: unknown, field: string): number {
  const own = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  if (field === '' || !isNode(node)) return own;
  for (const [key, offset, value] of childrenOf(node as ParsedNode)) {
    if (field === key) return offset;
    if (field.startsWith(`${key}.`)) return Math.max(offset, offsetOf(value, field.slice(key.length + 1)));
  }
  return own;
}

function childrenOf(node: ParsedNode): [key: string, offset: number, value: unknown][] {
  if (isSeq(node)) return node.items.map((item, index) => [String(index), startOf(item), item]);
  if (!isMap(node)) return [];
  return node.items
    .filter(isPair)
    .map(({ key, value }) => [String(key), startOf(key), value] as [string, number, unknown])
    .sort(([a], [b]) => b.length - a.length);
}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
