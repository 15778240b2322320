import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../e2e/free-port.ts';
import { type ServerProcess, startServer } from '../e2e/server-process.ts';
import { createSoftwareBrowser, type SoftwareBrowser } from '../e2e/software-browser.ts';
import { createDemo } from './demo.ts';

describe('the demo app', () => {
  let provider: ServerProcess;
  let browser: SoftwareBrowser;
  let demo: Server;
  let origin: string;
  let cookie = '';

  before(async () => {
    provider = await startServer({ engine: 'sqlite' });
    browser = createSoftwareBrowser(provider.origin);
    await browser.enrol(await provider.setupLink(), { name: 'Ada <Lovelace>', userName: 'ada' });
    origin = `http://localhost:${await freePort()}`;
    const addresses = ['--redirect', `${origin}/callback`, '--post-logout-redirect', `${origin}/`];
    const told = ['--backchannel-logout-uri', `${origin}/backchannel-logout`];
    const options = ['--kind', 'browser', ...addresses, ...told, '--backchannel-logout-session-required'];
    await provider.latchkey('app', 'add', 'Demo', '--id', 'my-demo', ...options);
    demo = createDemo({ issuer: provider.origin, origin, clientId: 'my-demo' })
      .on('error', () => {})
      .listen(Number(new URL(origin).port), 'localhost');
    await once(demo, 'listening');
  });
  after(async () => {
    demo.closeAllConnections();
    demo.close();
    await provider[Symbol.asyncDispose]();
  });

  /** One request with the session's cookie, which it keeps. */
  async function send(path: string, init: RequestInit = {}): Promise<{ answer: Response; text: string }> {
    const headers = { cookie, ...(init.headers as Record<string, string> | undefined) };
    const answer = await fetch(new URL(path, origin), { ...init, headers, redirect: 'manual' });
    const [set] = answer.headers.getSetCookie();
    if (set) cookie = set.split(';')[0] ?? '';
    return { answer, text: await answer.text() };
  }

  async function signIn(): Promise<string> {
    const { answer } = await send('/sign-in');
    const callback = await browser.authorize(new URL(answer.headers.get('location') ?? ''));
    return callback.href;
  }

  it('shows what it was told, escaped, after a sign-in', async () => {
    await send(await signIn());
    const { text } = await send('/');
    assert.match(text, /<h1>Signed in as Ada &#60;Lovelace&#62;<\/h1>/);
    assert.match(text, /<code>acr<\/code>[\s\S]*?phr/);
  });

  it('refreshes, and says how often it did', async () => {
    const { answer } = await send('/refresh', { method: 'POST', headers: { origin } });
    assert.equal(answer.status, 303);
    assert.match((await send('/')).text, /Refreshed once/);
  });

  it('gives a session another id at every sign-in', async () => {
    const before = cookie;
    await send(await signIn());
    assert.notEqual(cookie, before);
  });

  it('takes an answer once, and only in the browser that asked', async () => {
    const callback = await signIn();
    const mine = cookie;
    cookie = '';
    assert.equal((await send(callback)).answer.status, 400);
    cookie = mine;
    assert.equal((await send(callback)).answer.status, 302);
    assert.equal((await send(callback)).answer.status, 400);
  });

  it('refuses a form that another site sends', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}])
      assert.equal((await send('/sign-out', { method: 'POST', headers })).answer.status, 403);
  });

  it('signs out at the provider too, and comes back', async () => {
    const { answer } = await send('/sign-out', { method: 'POST', headers: { origin } });
    const logout = new URL(answer.headers.get('location') ?? '');
    assert.equal(logout.origin, provider.origin);
    assert.equal(logout.searchParams.get('post_logout_redirect_uri'), `${origin}/`);
    assert.match((await send('/')).text, /This app has no accounts/);
  });

  it('is told when the person signs out elsewhere, and says so once', async () => {
    await send(await signIn());
    assert.match((await send('/')).text, /Signed in as Ada/);
    const elsewhere = createSoftwareBrowser(provider.origin, browser.authenticator);
    await elsewhere.authorize(new URL((await send('/sign-in')).answer.headers.get('location') ?? ''));
    await elsewhere.post('/account/sessions/end-others', {});
    const signedOut = /<p role="status">You are signed out: .* told this app that your session there is over/;
    for (const until = Date.now() + 10_000; ; await delay(50)) {
      const { text } = await send('/');
      if (signedOut.test(text)) break;
      assert.ok(Date.now() < until, text);
    }
    assert.doesNotMatch((await send('/')).text, /role="status"/);
  });

  it('refuses what is no logout token', async () => {
    await send(await signIn());
    for (const body of ['', 'logout_token=a.b.c']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { answer, text } = await send('/backchannel-logout', { method: 'POST', headers, body });
      assert.equal(answer.status, 400);
      assert.match(text, /"invalid_request"/);
    }
    assert.match((await send('/')).text, /Signed in as Ada/);
  });

  it('says in its own words that the person cancelled', async () => {
    const { answer } = await send('/sign-in');
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    const refusal = new URLSearchParams({
      error: 'access_denied',
      state: searchParams.get('state') ?? '',
      iss: provider.origin,
    });
    assert.match((await send(`/callback?${refusal}`)).text, /You did not sign in/);
  });

  it('answers everything with a strict policy and without caching', async () => {
    const { headers } = (await send('/')).answer;
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'self'/);
    assert.equal(headers.get('cache-control'), 'no-store');
  });
});
