import type { Middleware } from 'koa';
import { StorageError } from '../errors.ts';

/** What must work for the server to take requests, by name. Each rejects while it does not. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** Whether the server is on its way out, so that a gateway sends it nothing more. */
export interface Readiness {
  readonly checks: Checks;
  /** What else somebody who looks should know; nothing of it stops the server. */
  readonly facts: () => Readonly<Record<string, unknown>>;
  stopping: boolean;
}

export function createReadiness(checks: Checks, facts: Readiness['facts'] = () => ({})): Readiness {
  return { checks, facts, stopping: false };
}

/** Answers /health/live and /health/ready, to anybody and under any host name. */
export function health(readiness: Readiness): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/health/live') ctx.body = { status: 'live' };
    else if (ctx.path === '/health/ready') {
      const parts = await lookAt(readiness);
      const ready = Object.values(parts).every((state) => state === 'ok');
      ctx.status = ready ? 200 : 503;
      ctx.body = { status: ready ? 'ready' : 'not_ready', parts, ...readiness.facts() };
    } else await next();
  };
}

/** Within 2 s, whatever the parts do. */
async function lookAt({ checks, stopping }: Readiness): Promise<Record<string, string>> {
  const found = Object.entries(checks).map(async ([name, check]) => [name, await state(check)] as const);
  return { ...Object.fromEntries(await Promise.all(found)), ...(stopping && { server: 'stopping' }) };
}

async function state(check: () => Promise<unknown>): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(resolve, 1900, 'timeout');
  const answer = Promise.try(check).then(
    () => 'ok',
    (error: unknown) => (error instanceof StorageError ? error.reason : 'failed'),
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
