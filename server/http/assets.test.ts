import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Asset } from '../../views/assets.ts';
import { ConfigError } from '../errors.ts';
import { startApplication } from '../testing/http-fixture.ts';
import { serveAssets, withLogo } from './assets.ts';

const files = new Map<string, Asset>([
  [
    'main-abc123.js',
    {
      type: 'text/javascript; charset=utf-8',
      body: Buffer.from('plain'),
      brotli: Buffer.from('br'),
      gzip: Buffer.from('gz'),
    },
  ],
  ['icon-abc123.svg', { type: 'image/svg+xml', body: Buffer.from('<svg/>') }],
]);
const find = (name: string) => files.get(name);
const start = (finder = find) => startApplication((app) => app.use(serveAssets(finder)));

describe('assets', () => {
  it('are kept by browsers for a year', async () => {
    await using app = await start();
    const { status, headers, body } = await app.send('/assets/main-abc123.js');
    assert.deepEqual([status, body], [200, 'plain']);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  it('are compressed as the browser can take it', async () => {
    await using app = await start();
    const encoding = async (accepted: string) => {
      const { headers, body } = await app.send('/assets/main-abc123.js', {
        headers: { 'Accept-Encoding': accepted },
      });
      assert.equal(headers.vary, 'Accept-Encoding');
      return [headers['content-encoding'], body];
    };
    assert.deepEqual(await encoding('gzip, deflate, br'), ['br', 'br']);
    assert.deepEqual(await encoding('gzip'), ['gzip', 'gz']);
    assert.deepEqual(await encoding('identity;q=0'), [undefined, 'plain']);
    assert.deepEqual(await encoding('br;q=0, gzip;q=0'), [undefined, 'plain']);
  });

  it('are found by their exact name alone', async () => {
    await using app = await start();
    for (const name of [
      '',
      'other.js',
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/package.json',
      'main-abc123.js/',
      '__proto__',
    ]) {
      const { status, headers } = await app.send(`/assets/${name}`);
      assert.ok(status === 404 || status === 400, name);
      assert.equal(headers['cache-control'], 'no-store');
    }
    assert.equal(
      (
        await app.send('/assets/main-abc123.js', {
          method: 'PUT',
          headers: { 'Sec-Fetch-Site': 'same-origin' },
        })
      ).status,
      405,
    );
    assert.equal(
      (await app.send('/assets/main-abc123.js', { method: 'HEAD' })).headers['content-length'],
      '5',
    );
  });
});

describe('the logo of the installation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logo-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('O15 an SVG can run nothing and load nothing', async () => {
    const { find: finder, logoUrl } = withLogo(
      find,
      write('a', '<?xml version="1.0"?>\n<!-- by us -->\n<svg onload="alert(1)"/>'),
    );
    assert.match(logoUrl, /^\/assets\/logo-[0-9a-f]{10}\.svg$/);
    await using app = await start(finder);
    const { headers } = await app.send(logoUrl);
    assert.equal(headers['content-type'], 'image/svg+xml');
    assert.match(headers['content-security-policy'] as string, /^default-src 'none'.*sandbox/);
    assert.equal((await app.send('/assets/main-abc123.js')).status, 200);
  });

  it('is told by its content', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(20)]);
    assert.match(withLogo(find, write('logo.svg', png)).logoUrl, /\.png$/);
    for (const content of ['<html><svg>', 'GIF89a', '', 'svg'])
      assert.throws(
        () => withLogo(find, write('logo.png', content)),
        /LATCHKEY_LOGO.*neither a PNG nor an SVG/,
      );
  });

  it('is refused if it is missing or too large', () => {
    assert.throws(() => withLogo(find, join(folder, 'none')), ConfigError);
    assert.throws(() => withLogo(find, write('big', Buffer.alloc(300_000))), /larger than 256 kB/);
  });
});
