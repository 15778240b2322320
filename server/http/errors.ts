import type { Context, Middleware } from 'koa';
import { AppError, ConflictError, type ErrorCode, type FieldProblem, StorageError } from '../errors.ts';
import type { Log } from '../log.ts';
import { requestFacts, requestId, withoutIds } from './request.ts';

/** An error as people and scripts see it. */
export interface PublicError {
  status: number;
  code: string;
  message: string;
  requestId: string;
  /** The input at fault. */
  field?: string;
  /** The rule that it breaks. */
  reason?: string;
  /** What is wrong with each input. */
  problems?: readonly FieldProblem[];
}

/** Makes the page for people. */
export type RenderErrorPage = (ctx: Context, error: PublicError) => string;

interface Options {
  issuer: string;
  log: Log;
  renderErrorPage: RenderErrorPage;
}

/** The one place that answers errors: JSON for scripts, a page for people, the precise reason to the log alone. */
export function answerErrors(options: Options): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      const code = unanswered(ctx);
      if (code) answer(ctx, new AppError(code), options);
    } catch (thrown) {
      const error = toAppError(thrown);
      report(ctx, error, options.log);
      if (!ctx.headerSent && ctx.writable) answer(ctx, error, options);
    }
  };
}

/** What no route answered. koa's router leaves 405 and 501 without a body, with `Allow`. */
function unanswered(ctx: Context): ErrorCode | undefined {
  if (ctx.respond === false || ctx.body !== undefined || ctx.headerSent) return undefined;
  if (ctx.status === 404) return 'not_found';
  return ctx.status === 405 || ctx.status === 501 ? 'method_not_allowed' : undefined;
}

const codeByStatus: Record<number, ErrorCode> = {
  401: 'session_required',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Errors of koa and its libraries carry a status; any other is ours to mend, and says nothing. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof StorageError)
    return new AppError('unavailable', { cause: thrown, detail: thrown.reason });
  if (thrown instanceof ConflictError) return new AppError('conflict', { cause: thrown });
  if (thrown instanceof URIError) return new AppError('bad_request', { cause: thrown });
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
  const code = codeByStatus[status] ?? (status >= 400 && status < 500 ? 'bad_request' : undefined);
  if (code) return new AppError(code, { cause: thrown, detail: (thrown as Error).message });
  return new AppError('internal', { cause: thrown });
}

function report(ctx: Context, error: AppError, log: Log): void {
  const facts = { requestId: requestId(ctx), method: ctx.method, path: withoutIds(ctx.path) };
  if (error.status >= 500) log.error({ ...facts, err: error }, 'request failed');
  else log.info({ ...facts, code: error.code, detail: error.detail, field: error.field }, 'request refused');
}

function answer(ctx: Context, error: AppError, { issuer, log, renderErrorPage }: Options): void {
  ctx.respond = true;
  const shown = publicError(ctx, error, issuer);
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  for (const header of ['Content-Encoding', 'Content-Length', 'Last-Modified', 'ETag']) ctx.remove(header);
  if (error.code === 'unavailable') ctx.set('Retry-After', '5');
  // The rest of the body is not waited for.
  if (error.code === 'body_too_large') ctx.set('Connection', 'close');
  if (isApi(ctx)) {
    answerProblem(ctx, { ...shown, ...explanation(ctx, error) }, issuer);
    return;
  }
  if (!wantsPage(ctx)) {
    const { status: _, code, problems: _problems, ...rest } = shown;
    ctx.body = { error: code, ...rest };
    return;
  }
  ctx.type = 'html';
  try {
    ctx.body = renderErrorPage(ctx, shown);
  } catch (failure) {
    log.error({ requestId: shown.requestId, err: failure }, 'error page failed');
    ctx.type = 'text';
    ctx.body = `${shown.message}\n${shown.requestId}\n`;
  }
}

function publicError(ctx: Context, error: AppError, issuer: string): PublicError {
  return {
    status: error.status,
    code: error.code,
    message: error.code === 'wrong_host' ? wrongHost(requestFacts(ctx).host, issuer) : error.message,
    requestId: requestId(ctx),
    ...(error.field !== undefined && { field: error.field }),
    ...(error.reason !== undefined && { reason: error.reason }),
    ...(error.problems && { problems: error.problems }),
  };
}

/** Names the settings: who sees this is most likely setting up. */
function wrongHost(asked: string, issuer: string): string {
  return [
    `You asked for ${asked.slice(0, 255) || 'no host'}, but this server was told that it is at ${issuer}.`,
    `Open ${issuer}, or set LATCHKEY_ISSUER to the address that people use.`,
    'Behind a proxy, let it pass the Host header on, or list it in LATCHKEY_TRUSTED_PROXIES and let it send X-Forwarded-Host.',
  ].join(' ');
}

/** Below the administration's API, whose reference page alone is for people. */
const isApi = (ctx: Context): boolean => /^\/api\/v1\/./.test(ctx.path);

/** Whoever was let in to the API may hear what the log has of a refusal, and never of a failure. */
function explanation(ctx: Context, { status, detail }: AppError): { detail?: string } {
  return ctx.state.mayBeTold === true && status < 500 && detail !== undefined ? { detail } : {};
}

/** RFC 9457. Each type has its place on the API's reference page. */
function answerProblem(ctx: Context, error: PublicError & { detail?: string }, issuer: string): void {
  const { status, code, message: title, problems, ...rest } = error;
  ctx.type = 'application/problem+json';
  ctx.body = JSON.stringify({
    type: `${issuer}/api/v1#${code}`,
    title,
    status,
    code,
    ...rest,
    ...(problems && { errors: problems }),
  });
}

/** Browsers ask for HTML by name when they open a page; scripts do not. */
function wantsPage(ctx: Context): boolean {
  return !ctx.is('json') && ctx.accepts(['json', 'html']) === 'html';
}
