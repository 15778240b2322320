import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';
import type { ZodType } from 'zod';
import { AppError } from '../errors.ts';

const parseJson = bodyParser({
  enableTypes: ['json'],
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  jsonLimit: '64kb',
  jsonStrict: true,
});

/**
 * The JSON body of a request, as `schema` describes it. Only this reads bodies, so nothing is parsed that no route
 * asked for.
 * @throws AppError `unsupported_media_type`, `body_too_large`, `bad_request`; `field_invalid` with the field's name
 */
export async function readBody<T>(ctx: Context, schema: ZodType<T>): Promise<T> {
  const charset = ctx.request.charset.toLowerCase();
  if (!ctx.is('application/json') || !['', 'utf-8'].includes(charset) || ctx.get('Content-Encoding'))
    throw new AppError('unsupported_media_type', { detail: ctx.get('Content-Type') });
  await parseJson(ctx, async () => {});
  return parsed(schema, ctx.request.body);
}

const parseForm = bodyParser({ enableTypes: ['form'], parsedMethods: ['POST'], formLimit: '64kb' });

/**
 * The fields of a form that a page sent, as they came: some come several times.
 * @throws AppError `unsupported_media_type`, `body_too_large`, `bad_request`
 */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (!ctx.is('application/x-www-form-urlencoded') || ctx.get('Content-Encoding'))
    throw new AppError('unsupported_media_type', { detail: ctx.get('Content-Type') });
  await parseForm(ctx, async () => {});
  return new URLSearchParams(ctx.request.rawBody);
}

/**
 * The query of a request. A parameter that is given twice is refused.
 * @throws AppError `bad_request`; `field_invalid` with the parameter's name
 */
export function readQuery<T>(ctx: Context, schema: ZodType<T>): T {
  const twice = Object.keys(ctx.query).find((name) => Array.isArray(ctx.query[name]));
  if (twice !== undefined) throw new AppError('bad_request', { detail: 'a parameter twice', field: twice });
  return parsed(schema, { ...ctx.query });
}

function parsed<T>(schema: ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.');
  throw new AppError(field ? 'field_invalid' : 'bad_request', {
    ...(issue && { detail: issue.message }),
    ...(field && { field }),
  });
}
