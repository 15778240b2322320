import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { readBody } from '../http/input.ts';
import { countAttempt, type Limiter } from '../http/rate-limit.ts';
import { RegistrationRefusal } from './refusal.ts';
import type { Registration } from './register.ts';

/** Posted to by apps, which bring a token of their own and keep no cookie's word. */
export const isRegistrationPath = (path: string): boolean => /^\/register(\/|$)/.test(path);

const metadata = z.record(z.string(), z.unknown());

/** RFC 7591 §3, RFC 7592 §2. */
export function createRegistrationRoutes(registration: Registration, limiter: Limiter): Router {
  const router = new Router({ prefix: '/register' });
  router.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    await countAttempt(ctx, limiter, 'registration');
    try {
      await next();
    } catch (error) {
      answerRefusal(ctx, error);
    }
  });
  router.post('/', async (ctx) => {
    ctx.body = await registration.create(await readBody(ctx, metadata), bearer(ctx));
    ctx.status = 201;
  });
  router.get('/:id', async (ctx) => {
    ctx.body = await registration.read(ctx.params.id ?? '', bearer(ctx));
  });
  router.put('/:id', async (ctx) => {
    const body = await readBody(ctx, metadata);
    ctx.body = await registration.update(ctx.params.id ?? '', bearer(ctx), body);
  });
  router.delete('/:id', async (ctx) => {
    await registration.remove(ctx.params.id ?? '', bearer(ctx));
    ctx.status = 204;
  });
  return router;
}

function bearer(ctx: Context): string | undefined {
  return /^Bearer ([\w.~+/-]+=*)$/i.exec(ctx.get('Authorization'))?.[1];
}

function answerRefusal(ctx: Context, error: unknown): void {
  const refusal = error instanceof RegistrationRefusal ? error : undefined;
  const isBadBody = (error as { status?: unknown }).status === 400;
  if (!refusal && !isBadBody) throw error;
  ctx.status = refusal?.status ?? 400;
  const code = refusal?.code ?? 'invalid_request';
  if (ctx.status === 401) ctx.set('WWW-Authenticate', `Bearer error="${code}"`);
  ctx.body = { error: code, error_description: refusal?.message ?? 'the body must be a JSON object' };
}
