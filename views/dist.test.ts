import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type AssetName, type Assets, openAssets } from './assets.ts';
import { consoleSamples } from './gallery-console-samples.ts';
import { samples } from './gallery-samples.ts';
import type { PageContext } from './page.ts';
import { words } from './words.ts';

const kilobyte = 1000;

describe('what is built', () => {
  let assets: Assets;

  before(() => {
    execFileSync(process.execPath, ['build.ts'], { cwd: import.meta.dirname });
    assets = openAssets({ accent: '#7a1fa2' });
  });

  it('has hashed names, and finds nothing else', () => {
    for (const [logical, url] of Object.entries(assets.urls)) {
      assert.match(url, /^\/assets\/[a-z-]+-[\w-]{10}\.(js|css|svg)$/, logical);
      assert.ok(assets.find(url.slice('/assets/'.length)), logical);
    }
    for (const name of ['', 'manifest.json', '../build.ts', '__proto__', 'main.css'])
      assert.equal(assets.find(name), undefined);
  });

  it('keeps each script below 15 kB, compressed', () => {
    const scripts = Object.keys(assets.urls).filter((name) => name.endsWith('.js')) as AssetName[];
    for (const name of scripts)
      assert.ok(compressed(assets, name) < 15 * kilobyte, `${name}: ${compressed(assets, name)} bytes`);
  });

  it('keeps each page with its styles below 14 kB, compressed', () => {
    const styles = compressed(assets, 'main.css') + compressed(assets, 'brand.css');
    for (const [name, sample] of Object.entries(samples)) {
      const size = gzipSync(String(sample(german(assets)))).length + styles;
      assert.ok(size < 14 * kilobyte, `${name}: ${size} bytes`);
    }
  });

  it('gives people who sign in nothing of the console', () => {
    // The reference of the API is for developers, who are not signing in.
    const { 'api-reference': _, ...pages } = samples;
    for (const [name, sample] of Object.entries(pages))
      assert.doesNotMatch(String(sample(german(assets))), /\/assets\/console-/, name);
    const main = String(assets.find(assets.urls['main.css'].slice('/assets/'.length))?.body);
    assert.doesNotMatch(main, /\.side|\.table-frame|\.chart/);
  });

  it('keeps each page of the console with its styles and its script below 24 kB, compressed', () => {
    const frame = (['main.css', 'brand.css', 'console.css', 'console.js'] as const)
      .map((name) => compressed(assets, name))
      .reduce((sum, size) => sum + size);
    for (const [name, sample] of Object.entries(consoleSamples)) {
      const size = gzipSync(String(sample(german(assets)))).length + frame;
      assert.ok(size < 24 * kilobyte, `${name}: ${size} bytes`);
    }
  });

  it('has no source map and no trace of where it was built', () => {
    for (const url of Object.values(assets.urls)) {
      const body = String(assets.find(url.slice('/assets/'.length))?.body);
      assert.doesNotMatch(body, /sourceMappingURL|node_modules/);
      assert.ok(!body.includes(import.meta.dirname));
    }
  });
});

function compressed(assets: Assets, name: keyof Assets['urls']): number {
  const asset = assets.find(assets.urls[name].slice('/assets/'.length));
  return asset?.gzip?.length ?? gzipSync(asset?.body ?? '').length;
}

function german(assets: Assets): PageContext {
  return {
    locale: 'de',
    dir: 'ltr',
    words: words('de'),
    brand: { name: 'Sample Works' },
    assets: assets.urls,
    issuer: 'https://login.example.com',
  };
}
