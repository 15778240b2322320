import { hash } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { keySetMaxAge } from './key-schedule.ts';

/**
 * Lets apps keep the published keys (RFC 9111 §5.2.2.1), and ask for them again without getting them again (§4.3.2).
 * The keys of one provider never change: their text is made once.
 */
export function cacheKeySet() {
  let known: { text: string; etag: string } | undefined;
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    if (ctx.oidc?.route !== 'jwks' || ctx.status !== 200) return;
    known ??= textOf(ctx.body);
    const { type } = ctx;
    ctx.body = known.text;
    ctx.type = type;
    ctx.set('Cache-Control', `public, max-age=${keySetMaxAge}`);
    ctx.set('ETag', known.etag);
    if (asksFor(ctx).includes(known.etag)) ctx.status = 304;
  };
}

/** RFC 9110 §13.1.2: with no regard to `Cache-Control`, which clients send along, and to weakness. */
const asksFor = (ctx: KoaContextWithOIDC): string[] =>
  ctx
    .get('If-None-Match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));

function textOf(body: unknown): { text: string; etag: string } {
  const text = JSON.stringify(body);
  return { text, etag: `"${hash('sha256', text, 'base64url')}"` };
}
