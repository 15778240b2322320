import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp, assertErrorPage } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere, signOut, submitForm } from '../testing/sign-out.ts';

const bye = 'https://notes.example.com/bye';

onEveryStorage('signing out', (start) => {
  let installation: TestInstallation;
  let person: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    person = await setUp(installation);
    app = await addApp(installation, { postLogoutRedirectUris: [bye] });
  });

  const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;
  const isSignedIn = async (browser: TestBrowser) => (await browser.get('/account')).status === 200;

  it('asks first, then ends the session and goes back to the app with its state', async () => {
    const browser = await signInElsewhere(installation, person);
    const { id_token, access_token } = await app.tokens(browser);
    const left = await signOut(
      browser,
      query({ id_token_hint: id_token, post_logout_redirect_uri: bye, state: 'x"><script>\r\n' }),
    );
    const target = new URL(left.location ?? '');
    assert.equal(target.origin + target.pathname, bye);
    assert.equal(target.searchParams.get('state'), 'x"><script>\r\n');
    assert.ok(!(await isSignedIn(browser)));
    assert.equal((await app.userInfo(access_token)).status, 401);
  });

  it('leaves the session to who does not want to sign out everywhere', async () => {
    const browser = await signInElsewhere(installation, person);
    await app.tokens(browser);
    const page = await browser.get(
      `/session/end${query({ client_id: app.id, post_logout_redirect_uri: bye })}`,
    );
    const left = await submitForm(browser, page);
    assert.ok(left.location?.startsWith(bye));
    assert.ok(await isSignedIn(browser));
  });

  it('O11 needs the page’s own secret, from the page’s own site', async () => {
    const browser = await signInElsewhere(installation, person);
    const page = await browser.get('/session/end');
    assert.equal(page.status, 200);
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const confirm = '/session/end/confirm';
    assert.equal((await browser.submit(confirm, { logout: 'yes' }, crossSite)).status, 403);
    assert.equal((await submitForm(browser, page, { xsrf: 'wrong', logout: 'yes' })).status, 400);
    assert.equal((await browser.submit(confirm, { logout: 'yes' })).status, 400);
    const [stranger, { text }] = [createBrowser(installation.origin), page];
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    assert.equal((await stranger.submit(confirm, { xsrf, logout: 'yes' })).status, 400);
    assert.notEqual((await browser.get(`${confirm}?xsrf=${xsrf}&logout=yes`)).status, 303);
    assert.ok(await isSignedIn(browser));
    const done = await submitForm(browser, page, { logout: 'yes' });
    assert.equal(done.status, 303);
    assert.ok(!(await isSignedIn(browser)));
  });

  it('refuses a hint that was forged or belongs to another app', async () => {
    const { id_token } = await app.tokens(person);
    const other = await addApp(installation);
    assertErrorPage(
      await person.get(`/session/end${query({ id_token_hint: id_token, client_id: other.id })}`),
    );
    assertErrorPage(
      await person.get(`/session/end${query({ id_token_hint: `${id_token.slice(0, -3)}AAA` })}`),
    );
    assertErrorPage(await person.get(`/session/end${query({ id_token_hint: 'x' })}`));
    assertErrorPage(await person.get(`/session/end${query({ client_id: 'nobody' })}`));
  });

  it('takes a POST from the app as well (OpenID Connect RP-Initiated Logout 1.0 §2)', async () => {
    const browser = await signInElsewhere(installation, person);
    const { id_token } = await app.tokens(browser);
    const fields = { id_token_hint: id_token, post_logout_redirect_uri: bye };
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://notes.example.com' };
    const answer = await browser.submit('/session/end', fields, crossSite);
    assert.equal(answer.status, 303);
    const page = await browser.get(answer.location ?? '');
    assert.equal(page.status, 200);
    assert.ok((await submitForm(browser, page, { logout: 'yes' })).location?.startsWith(bye));
  });

  it('says so to who is signed out already', async () => {
    const browser = createBrowser(installation.origin);
    const page = await browser.get('/session/end');
    const done = await submitForm(browser, page);
    assert.equal(done.status, 303);
    assert.equal((await browser.get(done.location ?? '')).status, 200);
  });
});
