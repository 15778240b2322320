import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brandCss } from './brand.ts';

export type AssetName =
  | 'main.css'
  | 'console.css'
  | 'brand.css'
  | 'icon.svg'
  | 'sign-in.js'
  | 'step-up.js'
  | 'enrol.js'
  | 'account.js'
  | 'consent.js'
  | 'retry.js'
  | 'signing-out.js'
  | 'console.js';

/** Logical name → address, such as `/assets/main-3JQ5ZT.css`. */
export type AssetUrls = Readonly<Record<AssetName, string>>;

/** A file to be served for a year: its name changes with its content. */
export interface Asset {
  /** Content-Type. */
  type: string;
  body: Buffer;
  /** Compressed when it was built; absent where that saves nothing. */
  brotli?: Buffer;
  gzip?: Buffer;
}

export interface Assets {
  urls: AssetUrls;
  /** By the hashed file name that stands in an address. */
  find(name: string): Asset | undefined;
}

const dist = new URL('./dist/', import.meta.url);

const types: { css: string; [extension: string]: string } = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Reads what `views/build.ts` has built (about 100 kB, kept in memory) and makes the stylesheet of the
 * installation's accent colour. Needs no bundler.
 * @throws Error if nothing was built
 */
export function openAssets({ accent }: { accent?: string | undefined } = {}): Assets {
  const manifest = readManifest();
  const files = new Map<string, Asset>();
  const urls: Record<string, string> = {};
  for (const [logical, name] of Object.entries(manifest)) {
    files.set(name, readAsset(name));
    urls[logical] = `/assets/${name}`;
  }
  const brand = Buffer.from(brandCss(accent));
  const brandName = `brand-${createHash('sha256').update(brand).digest('hex').slice(0, 10)}.css`;
  files.set(brandName, { type: types.css, body: brand });
  urls['brand.css'] = `/assets/${brandName}`;
  return { urls: urls as AssetUrls, find: (name) => files.get(name) };
}

function readManifest(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new Error('The pages are not built: run `npm run prepare`.', { cause });
  }
}

function readAsset(name: string): Asset {
  const read = (suffix: string) => readFileSync(new URL(name + suffix, dist));
  return {
    type: types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    body: read(''),
    brotli: read('.br'),
    gzip: read('.gz'),
  };
}
