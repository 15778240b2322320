import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApplication } from '../testing/http-fixture.ts';
import { createLocaleReader, rememberLocale } from './locale.ts';

const localeOf = createLocaleReader(
  (wanted) => wanted.find((tag) => ['en', 'de', 'fr'].includes(tag)) ?? 'en',
);

const start = () =>
  startApplication((app) =>
    app.use((ctx) => {
      if (ctx.path === '/choose') rememberLocale(ctx, 'fr');
      ctx.body = localeOf(ctx);
    }),
  );

describe('the language of a page', () => {
  it('is what the app asks for, then what the person chose, then what the browser prefers', async () => {
    await using app = await start();
    const chosen =
      (await app.send('/choose')).headers['set-cookie']?.map((cookie) => cookie.split(';')[0]).join('; ') ??
      '';
    const read = async (path: string, headers: Record<string, string>) =>
      (await app.send(path, { headers })).body;
    assert.equal(await read('/', {}), 'en');
    assert.equal(await read('/', { 'Accept-Language': 'xx, de;q=0.5, en;q=0.1' }), 'de');
    assert.equal(await read('/', { 'Accept-Language': 'de', Cookie: chosen }), 'fr');
    assert.equal(await read('/?ui_locales=xx+de', { Cookie: chosen }), 'de');
    assert.equal(await read('/?lang=en&ui_locales=de', {}), 'en');
  });

  it('is asked for with language tags alone, and not too many', async () => {
    const seen: string[][] = [];
    const reader = createLocaleReader((wanted) => {
      seen.push([...wanted]);
      return 'en';
    });
    await using app = await startApplication((a) =>
      a.use((ctx) => {
        ctx.body = reader(ctx);
      }),
    );
    await app.send(`/?ui_locales=${encodeURIComponent('<script> de ../etc __proto__ pt-BR')}`);
    await app.send(`/?lang=${'de+'.repeat(500)}`);
    assert.deepEqual(seen[0], ['de', 'pt-BR']);
    assert.equal(seen[1]?.length, 20);
  });
});
