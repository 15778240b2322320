import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApplication } from '../testing/http-fixture.ts';
import { browserBinding, clearCookie, readCookie, setCookie } from './cookies.ts';

const start = (issuer = 'http://localhost:3000') =>
  startApplication(
    (app) =>
      app.use((ctx) => {
        if (ctx.path === '/set') setCookie(ctx, 'link', { value: 'the-token', minutes: 10 });
        if (ctx.path === '/clear') clearCookie(ctx, 'link');
        ctx.body =
          ctx.path === '/browser'
            ? { binding: browserBinding(ctx), again: browserBinding(ctx) }
            : { link: readCookie(ctx, 'link') ?? null };
      }),
    { issuer },
  );

type App = Awaited<ReturnType<typeof start>>;

async function cookiesOf(app: App, path: string): Promise<string[]> {
  return (await app.send(path)).headers['set-cookie'] ?? [];
}

const pairs = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split(';')[0] as string);

async function linkWith(app: App, cookie: string): Promise<unknown> {
  const { status, body } = await app.send('/', { headers: { Cookie: cookie } });
  assert.equal(status, 200);
  return JSON.parse(body).link;
}

describe('cookies', () => {
  it('O13 have the __Host- name, Secure, HttpOnly and SameSite=Lax on https', async () => {
    await using app = await start('https://login.example');
    const cookies = await cookiesOf(app, '/set');
    assert.equal(cookies.length, 2);
    for (const cookie of cookies) {
      assert.match(cookie, /^__Host-latchkey_link(\.sig)?=/);
      assert.match(
        cookie,
        /; path=\/;.*; secure; httponly; samesite=lax|; path=\/;.*; samesite=lax; secure; httponly/,
      );
      assert.doesNotMatch(cookie, /domain/i);
    }
  });

  it('have a plain name and no Secure on http, for localhost', async () => {
    await using app = await start();
    const [cookie = ''] = await cookiesOf(app, '/set');
    assert.match(cookie, /^latchkey_link=the-token; .*samesite=lax; httponly/);
    assert.doesNotMatch(cookie, /secure/);
    assert.match(cookie, /expires=/);
  });

  it('come back', async () => {
    await using app = await start();
    assert.equal(await linkWith(app, pairs(await cookiesOf(app, '/set')).join('; ')), 'the-token');
  });

  it('O13 are ignored if unsigned, wrongly signed, cut or of another name', async () => {
    await using app = await start();
    const [value = '', signature = ''] = pairs(await cookiesOf(app, '/set'));
    const attacks = [
      value,
      'latchkey_link=other',
      `latchkey_link=other; ${signature}`,
      `${value}; ${signature.slice(0, -1)}`,
      `${value}; ${signature.slice(0, 25)}`,
      `${value}x; ${signature}`,
      `${value}; latchkey_link.sig=`,
      `latchkey_browser=the-token; ${signature.replace('link', 'browser')}`,
    ];
    for (const attack of attacks) assert.equal(await linkWith(app, attack), null, attack);
  });

  it('O13 of a duplicated name never yield a value that was not signed', async () => {
    await using app = await start();
    const [value = '', signature = ''] = pairs(await cookiesOf(app, '/set'));
    const read = [
      await linkWith(app, `latchkey_link=evil; ${value}; ${signature}`),
      await linkWith(app, `${value}; latchkey_link=evil; ${signature}`),
      await linkWith(app, `${value}; ${signature}; latchkey_link.sig=x`),
    ];
    for (const link of read) assert.ok(link === null || link === 'the-token');
  });

  it('O13 of 8 kB, and thousands of small ones, change nothing', async () => {
    await using app = await start();
    assert.equal(
      await linkWith(app, `latchkey_link=${'a'.repeat(8192)}; latchkey_link.sig=${'b'.repeat(27)}`),
      null,
    );
    assert.equal(await linkWith(app, 'a=b; '.repeat(2000)), null);
  });

  it('O13 set by a sibling subdomain are not looked at on https', async () => {
    await using plain = await start();
    const planted = pairs(await cookiesOf(plain, '/set')).join('; ');
    await using app = await start('https://login.example');
    assert.equal(await linkWith(app, planted), null);
  });

  it('are taken back', async () => {
    await using app = await start();
    for (const cookie of await cookiesOf(app, '/clear')) assert.match(cookie, /expires=Thu, 01 Jan 1970/);
  });
});

describe('the binding of a browser', () => {
  it('is one for all its requests, another for each browser, and not the cookie itself', async () => {
    await using app = await start();
    const first = await app.send('/browser');
    const { binding, again } = JSON.parse(first.body);
    assert.equal(binding, again);
    const cookies = pairs(first.headers['set-cookie'] ?? []);
    assert.ok(!cookies.join().includes(binding));
    const second = await app.send('/browser', { headers: { Cookie: cookies.join('; ') } });
    assert.equal(JSON.parse(second.body).binding, binding);
    assert.equal(second.headers['set-cookie'], undefined);
    assert.notEqual(JSON.parse((await app.send('/browser')).body).binding, binding);
  });

  it('O12 cannot be chosen by a cookie that is not signed', async () => {
    await using app = await start();
    const fixed = await app.send('/browser', { headers: { Cookie: 'latchkey_browser=chosen' } });
    const other = await app.send('/browser', { headers: { Cookie: 'latchkey_browser=chosen' } });
    assert.notEqual(JSON.parse(fixed.body).binding, JSON.parse(other.body).binding);
  });
});
