/** An operation of the administration as data: the API, the console and the command are doors to it. */
import { z } from 'zod';
import type { ApiScope } from '../apps/api-scopes.ts';
import type { AuditEventType } from '../audit/event-types.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AdminContext } from './administration.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** What the caller must hold. */
  scope: ApiScope;
  /** Whoever administers this one app may, too. */
  appOf?: (input: z.output<I>) => string | undefined;
  /** Whoever administers any app may, too: the operation itself gives them theirs alone. */
  forAppAdministrators?: true;
  /** For whoever has the machine: no API, and nobody else, whatever their scopes. */
  onlyHere?: true;
  /** One sentence, in the imperative. */
  summary: string;
  description?: string;
  /** Below `/api/v1`: fields of the input stand in braces. */
  http: `${Method} /${string}`;
  /** A flat object: what is not in the path is in the query, or in the body. */
  input: I;
  /** What leaves: fields that are not named here do not. */
  output: O;
  /** Beside `field_invalid`, `forbidden` and `unavailable`, which any may answer. */
  errors?: readonly ErrorCode[];
  /** Present where something changes: the event that is written down, as an intent before and an outcome after. */
  changes?: AuditEventType;
  run(context: AdminContext, input: z.output<I>): Promise<z.input<O>>;
}

/** Infers what `run` gets and gives. */
export const operation = <I extends z.ZodType, O extends z.ZodType>(data: Operation<I, O>): Operation<I, O> =>
  data;

/** @throws AppError `field_invalid` with every problem */
export function readInput<I extends z.ZodType>(schema: I, input: unknown): z.output<I> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(problemOf);
  throw new AppError('field_invalid', {
    ...(problems[0]?.field && { field: problems[0].field }),
    detail: problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    problems,
  });
}

function problemOf({ path, message, ...issue }: z.core.$ZodIssue): { field: string; message: string } {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...path, ...unknown].join('.');
  return { field, message: unknown.length > 0 ? 'is not known' : message };
}

export const cursor = z.string().min(1).max(1000).describe('`next` of the page before.');
export const limit = z.coerce
  .number<number | string>()
  .int()
  .min(1)
  .max(200)
  .default(50)
  .describe('At most so many, 1 to 200.');

/** Of a list. */
export const pageQuery = { after: cursor.exactOptional(), limit };

/** One page: `next` is absent on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().exactOptional() });

/** The `revision` that was read: a change of what was changed meanwhile is refused. */
export const expectedRevision = z.coerce
  .number<number | string>()
  .int()
  .min(1)
  .optional()
  .describe('Refuses with `conflict` unless the record has this revision. Over HTTP: If-Match.');

/** A name may be the id. */
export const personRef = z.string().min(1).max(200).describe('Id or user name of a person.');
export const groupRef = z.string().min(1).max(200).describe('Id or name of a group.');
export const appRef = z.string().min(1).max(200).describe('Client id of an app.');
