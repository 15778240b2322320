import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context, Middleware } from 'koa';
import type { Asset, Assets } from '../../views/assets.ts';
import { AppError, ConfigError } from '../errors.ts';
import { siteBase } from '../site-paths.ts';

const prefix = '/assets/';

/** Serves what lies in memory below /assets/, and there on the origins of sites. Names change with their content, so browsers keep them for a year. */
export function serveAssets(find: Assets['find']): Middleware {
  return (ctx, next) => {
    const path = ctx.path.startsWith(siteBase) ? ctx.path.slice(siteBase.length) : ctx.path;
    if (!path.startsWith(prefix)) return next();
    if (!['GET', 'HEAD'].includes(ctx.method)) throw new AppError('method_not_allowed');
    const asset = find(path.slice(prefix.length));
    if (!asset) throw new AppError('not_found');
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    // An SVG that is opened by itself is a document: it gets to run and load nothing.
    if (asset.type === svg)
      ctx.set(
        'Content-Security-Policy',
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
      );
    ctx.type = asset.type;
    ctx.body = encoded(ctx, asset);
  };
}

function encoded(ctx: Context, { body, brotli, gzip }: Asset): Buffer {
  ctx.vary('Accept-Encoding');
  const as = (encoding: string, compressed: Buffer) => {
    ctx.set('Content-Encoding', encoding);
    return compressed;
  };
  if (brotli && ctx.acceptsEncodings('br')) return as('br', brotli);
  if (gzip && ctx.acceptsEncodings('gzip')) return as('gzip', gzip);
  return body;
}

const svg = 'image/svg+xml';
const largestLogo = 256 * 1024;

/**
 * Adds the installation's logo to the assets.
 * @throws ConfigError if the file cannot be read, is too large, or is neither PNG nor SVG
 */
export function withLogo(find: Assets['find'], file: string): { find: Assets['find']; logoUrl: string } {
  const logo = readLogo(file);
  const hash = createHash('sha256').update(logo.body).digest('hex').slice(0, 10);
  const name = `logo-${hash}.${logo.type === svg ? 'svg' : 'png'}`;
  return { find: (wanted) => (wanted === name ? logo : find(wanted)), logoUrl: prefix + name };
}

function readLogo(file: string): Asset {
  let body: Buffer;
  try {
    body = readFileSync(file);
  } catch (error) {
    throw new ConfigError([
      `LATCHKEY_LOGO names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    ]);
  }
  if (body.length > largestLogo)
    throw new ConfigError([`LATCHKEY_LOGO names ${file}, which is larger than ${largestLogo / 1024} kB.`]);
  const type = imageType(body);
  if (!type) throw new ConfigError([`LATCHKEY_LOGO names ${file}, which is neither a PNG nor an SVG file.`]);
  return { type, body };
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** By the content, not by the file's name. */
function imageType(body: Buffer): string | undefined {
  if (body.subarray(0, 8).equals(pngSignature)) return 'image/png';
  const start = body.subarray(0, 4096).toString('utf8');
  return /^\ufeff?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(start) ? svg : undefined;
}
