import type { Context, Middleware } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../errors.ts';
import { addressPrefix } from './client-address.ts';
import { clientAddress } from './request.ts';

/** Counts attempts. Any limiter of rate-limiter-flexible will do, such as its `RateLimiterMongo`. */
export interface Limiter {
  /** Rejects with `RateLimiterRes` once there were too many. */
  consume(key: string): Promise<unknown>;
}

export interface Limit {
  attempts: number;
  seconds: number;
}

/**
 * In the memory of this process.
 * @param maxKeys keys to remember; the oldest is forgotten first, so that a flood of addresses fills no memory
 */
export function createMemoryLimiter({ attempts, seconds }: Limit, maxKeys = 50_000): Limiter {
  const limiter = new RateLimiterMemory({ points: attempts, duration: seconds });
  const known = new Set<string>();
  return {
    async consume(key) {
      if (!known.has(key)) {
        known.add(key);
        const [oldest] = known.size > maxKeys ? known : [];
        if (oldest !== undefined && known.delete(oldest)) await limiter.delete(oldest);
      }
      return limiter.consume(key);
    },
  };
}

/**
 * Counts one attempt of the client's address, and where `key` is given (an account, an app) of that key *at this
 * address*: whoever knows a name cannot lock its owner out from elsewhere.
 * @throws AppError `too_many_requests`, with Retry-After on the answer
 */
export async function countAttempt(ctx: Context, limiter: Limiter, key = ''): Promise<void> {
  try {
    await limiter.consume(`${addressPrefix(clientAddress(ctx))} ${key}`);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw new AppError('unavailable', { cause: refusal });
    ctx.set('Retry-After', String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))));
    throw new AppError('too_many_requests', { detail: key || 'address' });
  }
}

/** Where apps' servers ask: one of them speaks for all of its people from one address. */
const ofApps = /^\/(token(\/|$)|backchannel$|request$|device\/auth$|api\/)/;

/** Reading these makes an interaction or a challenge. Pages are found in any case. */
const leavesRecord = /^\/(auth$|interaction\/|device$)/i;

/** Where a code that is short enough to guess is typed (RFC 8628 §5.1). */
const takesUserCode = /^\/device$/;

/**
 * Counts the requests that may change or prove something, and those that begin a sign-in, which leaves a record.
 * Reading ones are free.
 */
export function limitByAddress({
  people,
  apps,
  userCodes,
}: Record<'people' | 'apps' | 'userCodes', Limiter>): Middleware {
  return async (ctx, next) => {
    const reads = ['GET', 'HEAD', 'OPTIONS'].includes(ctx.method) && !leavesRecord.test(ctx.path);
    if (!reads && ofApps.test(ctx.path)) await countAttempt(ctx, apps, 'apps');
    else if (!reads) await countAttempt(ctx, people);
    if (ctx.method === 'POST' && takesUserCode.test(ctx.path))
      await countAttempt(ctx, userCodes, 'user code');
    await next();
  };
}
