import { type Adapter, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { AppError, StorageError } from '../errors.ts';

/**
 * Says in oidc-provider's words that the storage cannot be used right now: apps get `temporarily_unavailable`
 * (RFC 6749 §4.1.2.1) with status 503, and try again.
 */
export function answering<Asked extends unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  return async (...asked) => {
    try {
      return await ask(...asked);
    } catch (error) {
      throw isAway(error) ? unavailable(error) : error;
    }
  };
}

/** The same for each method. */
export function answeringAdapter(adapter: Adapter): Adapter {
  const methods = Object.entries(adapter).map(([name, method]) => [name, answering(method)]);
  return Object.fromEntries(methods);
}

/** The storage, or the passkey manager where it is a service of its own. */
const isAway = (error: unknown) =>
  error instanceof StorageError || (error instanceof AppError && error.code === 'unavailable');

function unavailable(cause: unknown): errors.OIDCProviderError {
  const error = new errors.TemporarilyUnavailable('Please try again in a moment.');
  return Object.assign(error, { cause, status: 503, statusCode: 503 });
}

export async function sayWhenToRetry(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.status === 503) ctx.set('Retry-After', '5');
}
