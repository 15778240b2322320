import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp, assertErrorPage, redirectUri } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('redirects', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation, { postLogoutRedirectUris: ['https://notes.example.com/'] });
  });

  const wrong = {
    'another case': 'https://notes.example.com/Callback',
    'a slash at the end': `${redirectUri}/`,
    'a query of its own': `${redirectUri}?next=1`,
    'a fragment': `${redirectUri}#here`,
    'a user name': 'https://evil@notes.example.com/callback',
    'another port': 'https://notes.example.com:8443/callback',
    'a way up': 'https://notes.example.com/x/../callback',
    'an encoded slash': 'https://notes.example.com/%2Fcallback',
    'a full-width dot': 'https://notes\uff0eexample.com/callback',
    'plain http': 'http://notes.example.com/callback',
    'a script': 'javascript:alert(1)',
    data: 'data:text/html,hello',
    'another host that begins the same': 'https://notes.example.com.evil.example/callback',
    'nothing in it': '',
    'a line break': `${redirectUri}\r\nSet-Cookie: a=b`,
  };
  for (const [name, uri] of Object.entries(wrong))
    it(`O1 refuses a redirect address with ${name}, on a page of ours`, async () => {
      for (const prompt of ['none', undefined])
        assertErrorPage(await browser.get(app.authorizationUrl({ redirect_uri: uri, prompt })));
    });

  it('O1 refuses three redirect addresses and none at all', async () => {
    const three = `${app.authorizationUrl()}&redirect_uri=${redirectUri}&redirect_uri=https://evil.example/`;
    assertErrorPage(await browser.get(three));
    const two = await addApp(installation, { redirectUris: [redirectUri, `${redirectUri}2`] });
    assertErrorPage(await browser.get(two.authorizationUrl({ redirect_uri: undefined })));
  });

  it('O1 does not send errors to an address that another app has', async () => {
    const other = await addApp(installation, { redirectUris: ['https://other.example.com/callback'] });
    assertErrorPage(await browser.get(app.authorizationUrl({ redirect_uri: other.redirectUri })));
    assertErrorPage(await browser.get(app.authorizationUrl({ client_id: 'nobody', prompt: 'none' })));
  });

  it('O1 takes any port on loopback for a native app and nothing else', async () => {
    const native = await addApp(installation, {
      kind: 'native',
      redirectUris: ['http://127.0.0.1/callback'],
    });
    const away = async (uri: string) =>
      (await browser.get(native.authorizationUrl({ redirect_uri: uri, prompt: 'none' }))).location;
    assert.match(
      (await away('http://127.0.0.1:51234/callback')) ?? '',
      /^http:\/\/127\.0\.0\.1:51234\/callback\?/,
    );
    assert.equal(await away('http://127.0.0.1:51234/other'), undefined);
    assert.equal(await away('http://127.0.0.1.evil.example:51234/callback'), undefined);
    const web = await addApp(installation, { redirectUris: ['http://localhost:4999/callback'] });
    assertErrorPage(
      await browser.get(web.authorizationUrl({ redirect_uri: 'http://localhost:5000/callback' })),
    );
  });

  it('O2 sends nobody on after sign-out but to a registered address', async () => {
    const open = [
      'https://evil.example/',
      '//evil.example',
      '\\\\evil.example',
      '/account',
      'https://notes.example.com/x',
      'https://notes.example.com/\r\nLocation: https://evil.example',
      'javascript:alert(1)',
    ];
    for (const uri of open) {
      const query = new URLSearchParams({ client_id: app.id, post_logout_redirect_uri: uri });
      assertErrorPage(await browser.get(`/session/end?${query}`));
    }
  });

  it('O2 ignores an address after sign-out that no app has asked for', async () => {
    const page = await browser.get('/session/end?post_logout_redirect_uri=https://evil.example/');
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /evil/);
  });

  it('O2 leads nowhere from pages of its own, whatever the query says', async () => {
    const stranger = createBrowser(installation.origin);
    for (const name of ['return_to', 'returnTo', 'next', 'redirect', 'redirect_uri', 'continue', 'url'])
      for (const path of ['/', '/account', '/setup', '/recovery', '/invitation', '/lost-passkey']) {
        const { location } = await stranger.get(`${path}?${name}=${encodeURIComponent('//evil.example')}`);
        if (location) assert.equal(new URL(location).host, new URL(installation.origin).host);
        assert.doesNotMatch(location ?? '', /evil/);
      }
    const twice = await stranger.get(`${installation.origin}//evil.example/account`);
    assert.equal(twice.status, 400);
  });

  it('O2 keeps what is posted to the authorization endpoint on the server', async () => {
    const answer = await browser.submit('/auth', { client_id: app.id, next: '//evil.example\r\nX-Evil: 1' });
    assert.equal(answer.status, 303);
    assert.ok(answer.location?.startsWith(`${installation.origin}/auth?`));
    assert.equal(answer.headers.get('x-evil'), null);
  });

  it('O4 names the issuer in every answer, errors too, and in the metadata', async () => {
    assert.equal((await app.answerOf(browser)).get('iss'), installation.origin);
    for (const parameters of [
      { prompt: 'none', scope: 'openid email' },
      { response_type: 'token' },
      { scope: 'openid unknown\u0001' },
      { code_challenge: undefined },
      { request: 'a.b.c' },
      { max_age: '-1' },
    ]) {
      const { hash, search } = new URL((await browser.get(app.authorizationUrl(parameters))).location ?? '');
      const answer = new URLSearchParams(hash.slice(1) || search);
      assert.ok(answer.get('error'), String(answer));
      assert.equal(answer.get('iss'), installation.origin);
      assert.equal(answer.get('state'), 'a state');
    }
    const metadata = JSON.parse((await browser.get('/.well-known/openid-configuration')).text);
    assert.equal(metadata.issuer, installation.origin);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    for (const [name, value] of Object.entries(metadata))
      if (name.endsWith('_endpoint') || name.endsWith('_uri'))
        assert.ok(String(value).startsWith(`${installation.origin}/`), name);
  });

  it('O4 names the issuer when a person turns back', async () => {
    const stranger = createBrowser(installation.origin);
    const page = await stranger.follow(app.authorizationUrl());
    const [, uid = ''] = /\/interaction\/([\w-]+)/.exec(page.location ?? '') ?? [];
    const answer = await stranger.post(`/interaction/${uid}/abort`, {});
    const { location } = await stranger.get(JSON.parse(answer.text).location);
    const { searchParams } = new URL(location ?? '');
    assert.equal(searchParams.get('error'), 'access_denied');
    assert.equal(searchParams.get('iss'), installation.origin);
  });
});
