import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';

const safe = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a change that another site asks for: beside SameSite cookies, every request but a reading one must come
 * from a page of ours.
 * @param isOpen where other sites and servers may post: the protocol's own endpoints, and the API, which keep no cookie's word
 */
export function refuseCrossSite(issuer: string, isOpen: (path: string) => boolean): Middleware {
  return (ctx, next) => {
    if (!safe.includes(ctx.method) && !isOpen(ctx.path) && !isSameOrigin(ctx, issuer))
      throw new AppError('cross_site', {
        detail: `Sec-Fetch-Site "${ctx.get('Sec-Fetch-Site')}", Origin "${ctx.get('Origin')}"`,
      });
    return next();
  };
}

/**
 * Sec-Fetch-Site decides where the browser sends it. Origin alone would not do: with `Referrer-Policy: no-referrer`
 * it is `null` on a form of our own.
 */
function isSameOrigin(ctx: Context, issuer: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  return site ? site === 'same-origin' : ctx.get('Origin') === issuer;
}
