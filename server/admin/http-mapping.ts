/**
 * How an operation travels: fields of the input that stand in braces go into the path, the others into the query of
 * GET and DELETE or into a JSON body, and `revision` into If-Match (RFC 9110 §13.1.1). Both directions stand here, so
 * that the API and its client cannot disagree.
 */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Operation } from './operation.ts';

type Input = Readonly<Record<string, unknown>>;
type Mapped = Pick<Operation, 'http' | 'input'>;

export interface ApiRequest {
  method: string;
  /** Below `/api/v1`, with its query. */
  path: string;
  headers: Record<string, string>;
  /** Absent with GET and DELETE. */
  body?: Record<string, unknown>;
}

/** What came in: `path` has the fields in braces, decoded. */
export interface ReceivedRequest {
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  ifMatch?: string | undefined;
  /** As JSON has it; `undefined` where nothing was sent. */
  body?: unknown;
}

/** `PATCH /apps/{id}` in its parts. */
export function routeOf({ http }: Pick<Mapped, 'http'>) {
  const [method = '', path = ''] = http.split(' ');
  const fields = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
  return { method, path, fields, hasBody: method !== 'GET' && method !== 'DELETE' };
}

/** @throws AppError `field_invalid` where a field cannot stand in an address */
export function requestOf(operation: Mapped, input: Input): ApiRequest {
  const { method, path, fields, hasBody } = routeOf(operation);
  const { revision, ...others } = hasRevision(operation) ? input : { ...input, revision: undefined };
  const said = Object.entries(others).filter(([, value]) => value !== undefined);
  const rest = said.filter(([field]) => !fields.includes(field));
  const filled = path.replace(/\{(\w+)\}/g, (_, field: string) => segmentOf(field, input[field]));
  const query = hasBody ? '' : new URLSearchParams(rest.flatMap(pairsOf)).toString();
  return {
    method,
    path: query === '' ? filled : `${filled}?${query}`,
    headers: revision === undefined ? {} : { 'if-match': `"${revision}"` },
    ...(hasBody && { body: Object.fromEntries(rest) }),
  };
}

/** The input as it was given to `requestOf`, not checked yet. @throws AppError `field_invalid`, `bad_request` */
export function inputOf(operation: Mapped, { path, query, ifMatch, body = {} }: ReceivedRequest): Input {
  const { fields, hasBody } = routeOf(operation);
  if (!isPlainObject(body)) throw new AppError('bad_request', { detail: 'the body is no JSON object' });
  const said = { ...readQuery(operation.input, query), ...(hasBody && body) };
  const twice = [...fields, ...(hasRevision(operation) ? ['revision'] : [])].find((field) => field in said);
  if (twice !== undefined) throw invalid(twice, 'stands in the address or in If-Match');
  return { ...said, ...path, ...(hasRevision(operation) && readIfMatch(ifMatch)) };
}

const shapeOf = (input: z.ZodType): Record<string, z.ZodType> =>
  input instanceof z.ZodObject ? input.shape : {};

/** Reading names no revision. */
const hasRevision = (operation: Mapped) =>
  routeOf(operation).method !== 'GET' && 'revision' in shapeOf(operation.input);

/** A dot or two would be taken for a way through the folders, percent-encoded too (WHATWG URL §4.4). */
function segmentOf(field: string, value: unknown): string {
  const text = value === undefined ? '' : String(value);
  const isSegment = !/^\.{0,2}$/.test(text) && text.isWellFormed();
  if (!isSegment) throw invalid(field, 'cannot stand in an address');
  return encodeURIComponent(text);
}

/** A list is a parameter that repeats. */
const pairsOf = ([field, value]: [string, unknown]): [string, string][] =>
  (Array.isArray(value) ? value : [value]).map((one) => [field, String(one)]);

/** Text, as it came, but for lists, and for what is true or false. */
function readQuery(input: z.ZodType, query: URLSearchParams): Input {
  const shape = shapeOf(input);
  const fields = [...new Set(query.keys())];
  return Object.fromEntries(fields.map((field) => [field, queryValue(shape[field], query.getAll(field))]));
}

function queryValue(schema: z.ZodType | undefined, values: string[]): unknown {
  const kind = schema && bare(schema);
  if (kind instanceof z.ZodArray) return values;
  // Said twice it is no text: the schema says so.
  if (values.length !== 1) return values;
  const [text] = values;
  return kind instanceof z.ZodBoolean && (text === 'true' || text === 'false') ? text === 'true' : text;
}

/** Without what may be absent or null, and before it is transformed. */
export function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return bare(schema.in as z.ZodType);
  return schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
    ? bare(schema.unwrap() as z.ZodType)
    : schema;
}

/** `"7"`, as the ETag says it; `*` asks for nothing but that it is there (RFC 9110 §13.1.1). */
function readIfMatch(value: string | undefined): { revision?: number } {
  if (value === undefined || value.trim() === '*') return {};
  const [, revision] = /^\s*"(\d{1,15})"\s*$/.exec(value) ?? [];
  if (revision === undefined) throw invalid('revision', 'must be an ETag in If-Match, such as "7"');
  return { revision: Number(revision) };
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(field: string, message: string): AppError {
  return new AppError('field_invalid', {
    field,
    detail: `${field} ${message}`,
    problems: [{ field, message }],
  });
}
