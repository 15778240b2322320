import type { Middleware } from 'koa';
import type { Log } from '../log.ts';
import { forwardAuthPath } from '../site-paths.ts';
import type { Metrics } from './metrics.ts';
import { clientAddress, requestId, withoutIds } from './request.ts';

/** A line for each request: never its query, cookies or headers, which hold codes and tokens. */
export function logAccess(log: Log, metrics: Metrics): Middleware {
  return (ctx, next) => {
    const begun = performance.now();
    ctx.res.once('close', () => {
      const { method, path, res } = ctx;
      const ms = performance.now() - begun;
      const { statusCode: status } = res;
      metrics.observeRequest({ method, path, status, seconds: ms / 1000 });
      log[isQuiet(path) ? 'debug' : 'info'](
        {
          requestId: requestId(ctx),
          method,
          path: withoutIds(path),
          status,
          ms: Math.round(ms * 10) / 10,
          address: clientAddress(ctx),
          ...(!res.writableFinished && { aborted: true }),
        },
        'request',
      );
    });
    return next();
  };
}

/** Assets, and what is asked before every request of an app. */
const isQuiet = (path: string) =>
  path.startsWith('/assets/') || path.startsWith('/health/') || path.startsWith(forwardAuthPath);
