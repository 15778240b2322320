import { hash } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { keySetMaxAge } from './key-schedule.ts';

/**
 * Lets apps keep the published keys (RFC 9111 §5.2.2.1), and ask for them again without getting them again (§4.3.2).
 * The keys of one provider never change: their text is made once, and whoever asks from no web page is answered with it
 * before anything else is looked at. What a web page may read depends on where it is from: oidc-provider says so.
 */
export function cacheKeySet() {
  let known: KeySetAnswer | undefined;
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (known && ctx.path === known.path && ctx.method === 'GET' && !ctx.get('Origin')) {
      ctx.set(known.open);
      return answer(ctx, known);
    }
    await next();
    if (ctx.oidc?.route !== 'jwks' || ctx.status !== 200) return;
    known ??= answerOf(ctx);
    answer(ctx, known);
  };
}

interface KeySetAnswer {
  path: string;
  text: string;
  headers: Record<string, string>;
  /** To whoever asks from no web page. */
  open: Record<string, string>;
}

function answer(ctx: KoaContextWithOIDC, { text, headers }: KeySetAnswer): void {
  ctx.body = text;
  ctx.set(headers);
  if (asksFor(ctx).includes(ctx.response.get('ETag'))) ctx.status = 304;
}

/** RFC 9110 §13.1.2: with no regard to `Cache-Control`, which clients send along, and to weakness. */
const asksFor = (ctx: KoaContextWithOIDC): string[] =>
  ctx
    .get('If-None-Match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));

function answerOf(ctx: KoaContextWithOIDC): KeySetAnswer {
  const text = JSON.stringify(ctx.body);
  return {
    path: ctx.path,
    text,
    headers: {
      'Content-Type': ctx.response.get('Content-Type'),
      'Cache-Control': `public, max-age=${keySetMaxAge}`,
      ETag: `"${hash('sha256', text, 'base64url')}"`,
    },
    open: { Vary: 'Origin', 'Access-Control-Allow-Origin': '*' },
  };
}
