import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, it, mock } from 'node:test';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { type Answer, createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { authorize, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('every answer', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;
  const printed: string[] = [];

  before(async () => {
    const methods = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      mock.method(console, method, (...words: unknown[]) => void printed.push(words.join(' '))),
    );
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation, { postLogoutRedirectUris: ['https://notes.example.com/'] });
    await app.tokens(browser, { scope: 'openid email', prompt: 'login' });
    for (const method of methods) method.mock.restore();
  });

  async function everyPage(): Promise<Record<string, Answer>> {
    const stranger = createBrowser(installation.origin);
    const other = await addApp(installation);
    return {
      'sign-in': await stranger.follow(app.authorizationUrl()),
      consent: await browser.follow(other.authorizationUrl()),
      account: await browser.get('/account'),
      home: await stranger.get('/'),
      setup: await stranger.get('/setup'),
      'lost passkey': await stranger.get('/lost-passkey'),
      'sign-out': await browser.get('/session/end'),
      'signed out': await stranger.get('/session/end/success'),
      'an error of the protocol': await stranger.get(app.authorizationUrl({ redirect_uri: 'x' })),
      'an error of ours': await stranger.get('/nothing-here'),
      form_post: await browser.get(app.authorizationUrl({ response_mode: 'form_post', prompt: 'none' })),
    };
  }

  it('oidc-provider has nothing to warn of, at the start and at a sign-in', () => {
    assert.deepEqual(
      printed.filter((line) => /WARNING|NOTICE|Unsupported/.test(line)),
      [],
    );
  });

  it('O14 a page is in nobody’s frame, and runs and loads nothing from elsewhere', async () => {
    for (const [name, { headers, text }] of Object.entries(await everyPage())) {
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /frame-ancestors 'none'/, name);
      assert.match(policy, /default-src 'none'/, name);
      assert.match(policy, /img-src 'self' data:/, name);
      assert.doesNotMatch(policy, /unsafe|\*|http:|https:/, name);
      assert.equal(headers.get('x-frame-options'), 'DENY', name);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', name);
      assert.doesNotMatch(text, / on[a-z]+="/i, name);
      assert.doesNotMatch(text, /(src|href)="(?!\/|#|\?|data:|https?:\/\/localhost|mailto:)[^"]/i, name);
    }
  });

  it('O27 is kept by nobody and tells no other site where it was', async () => {
    const pages = Object.values(await everyPage());
    const code = await app.code(browser);
    const [redeemed, refused] = [await app.redeem(code), await app.redeem('x')];
    const userInfo = await app.userInfo(String(redeemed.body.access_token));
    const redirect = await browser.get(app.authorizationUrl({ prompt: 'none' }));
    for (const { headers } of [...pages, redeemed, refused, userInfo, redirect]) {
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });

  it('O27 after sign-out the account page is not shown again', async () => {
    const { headers } = await browser.get('/account');
    assert.match(headers.get('cache-control') ?? '', /no-store/);
    const signedOut = createBrowser(installation.origin);
    assert.equal((await signedOut.get('/account')).status, 303);
  });

  it('an inline script is one that the policy names by its hash (form_post)', async () => {
    const page = await browser.get(app.authorizationUrl({ response_mode: 'form_post', prompt: 'none' }));
    assert.equal(page.status, 200);
    const scripts = [...page.text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
    assert.equal(scripts.length, 1);
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const script of scripts)
      assert.ok(policy.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`));
    assert.doesNotMatch(policy, /form-action/, 'browsers hold it against every redirect that follows');
    assert.match(page.text, new RegExp(`action="${app.redirectUri}"`));
  });

  it('POST to the authorization endpoint is sent on as GET, from any site, and no further than 8 kB', async () => {
    const { searchParams } = new URL(app.authorizationUrl());
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://notes.example.com' };
    const fields = Object.fromEntries(searchParams);
    const stranger = createBrowser(installation.origin);
    const answer = await stranger.submit('/auth', fields, crossSite);
    assert.equal(answer.status, 303);
    assert.deepEqual(Object.fromEntries(new URL(answer.location ?? '').searchParams), fields);
    const landed = await authorize(browser, answer.location ?? '');
    assert.ok(landed.searchParams.get('code'));
    assert.equal((await stranger.submit('/auth', { state: 'x'.repeat(9000) }, crossSite)).status, 413);
    assert.equal((await stranger.post('/auth', fields, crossSite)).status, 415);
    const preflight = await fetch(`${installation.origin}/auth`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
  });

  const hostile = `"><img src=x onerror=alert(1)></script><script>alert(1)</script>{{70007*70007}}\${70007*70007}'\u2028`;
  it('O15 carries no markup of a request: state, error_description, ui_locales, scope, client_id', async () => {
    const stranger = createBrowser(installation.origin);
    const pages = [
      await stranger.follow(
        app.authorizationUrl({ state: hostile, ui_locales: hostile, login_hint: hostile }),
      ),
      await stranger.get(app.authorizationUrl({ redirect_uri: hostile })),
      await stranger.get(app.authorizationUrl({ client_id: hostile })),
      await stranger.get(
        `/account?error=${encodeURIComponent(hostile)}&error_description=${encodeURIComponent(hostile)}`,
      ),
      await stranger.get(`/?lang=${encodeURIComponent(hostile)}`),
      await stranger.get(`/${encodeURIComponent('<img src=x onerror=alert(1)>')}`),
      await stranger.get(
        `/session/end?state=${encodeURIComponent(hostile)}&ui_locales=${encodeURIComponent(hostile)}`,
      ),
      await browser.get(app.authorizationUrl({ response_mode: 'form_post', prompt: 'none', state: hostile })),
      await browser.get(
        app.authorizationUrl({
          response_mode: 'form_post',
          scope: 'openid groups',
          prompt: 'none',
          state: hostile,
        }),
      ),
    ];
    for (const { text } of pages) assert.doesNotMatch(text, /<img src=x|<script>alert|4900980049/);
    const away = await browser.get(app.authorizationUrl({ prompt: 'none', state: hostile }));
    assert.equal(new URL(away.location ?? '').searchParams.get('state'), hostile);
    const scoped = await browser.get(app.authorizationUrl({ scope: `openid ${hostile}` }));
    assert.equal(new URL(scoped.location ?? '').searchParams.get('error'), 'invalid_scope');
  });

  it('O17 splits into no second header or answer', async () => {
    const crlf = 'x\r\nSet-Cookie: planted=1\r\n\r\n<html>';
    for (const parameters of [
      { state: crlf },
      { redirect_uri: crlf },
      { ui_locales: crlf },
      { nonce: crlf },
    ]) {
      const { headers } = await browser.get(app.authorizationUrl({ prompt: 'none', ...parameters }));
      assert.ok(!headers.getSetCookie().some((cookie) => cookie.startsWith('planted')));
    }
    const page = await browser.get(`/account?lang=${encodeURIComponent(crlf)}`);
    assert.ok(!page.headers.getSetCookie().some((cookie) => cookie.includes('planted')));
  });

  it('O17 names the issuer of the settings, whatever host and scheme a stranger claims', async () => {
    const claims = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'host=evil.example;proto=https',
      'x-original-url': '/session/end',
      'x-rewrite-url': '/session/end',
    };
    for (const path of ['/.well-known/openid-configuration', '/account', '/jwks', app.authorizationUrl()]) {
      const answer = await browser.get(path, claims);
      assert.doesNotMatch(
        `${answer.text} ${answer.location} ${[...answer.headers].join(' ')}`,
        /evil\.example/,
      );
    }
    assert.ok(!installation.log.some((line) => line.includes('203.0.113.9')));
  });
});
