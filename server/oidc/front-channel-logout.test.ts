import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { Answer, TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, authorize, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere, signOut, submitForm } from '../testing/sign-out.ts';

const bye = 'https://notes.example.com/bye';

onEveryStorage('front-channel logout', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  /** Told by session. */
  let notes: AppUnderTest;
  /** Told that somebody leaves, and not which session. */
  let mail: AppUnderTest;
  let quiet: AppUnderTest;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    notes = await addApp(installation, {
      consent: 'implicit',
      postLogoutRedirectUris: [bye],
      frontchannelLogoutUri: 'https://notes.example.com/frame?tenant=a',
      frontchannelLogoutSessionRequired: true,
    });
    mail = await addApp(installation, {
      consent: 'implicit',
      redirectUris: ['https://mail.example.com/callback'],
      frontchannelLogoutUri: 'https://mail.example.com/frame',
    });
    quiet = await addApp(installation, { consent: 'implicit' });
  });

  const signedIn = () => signInElsewhere(installation, ada);
  const asked = (app: AppUnderTest, more: Record<string, string> = {}) =>
    `?${new URLSearchParams({ client_id: app.id, ...more })}`;

  it('is announced', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.equal(metadata.frontchannel_logout_supported, true);
    assert.equal(metadata.frontchannel_logout_session_supported, true);
  });

  it('loads the address of every app of the session, each in its way, and goes on to the app that asked', async () => {
    const browser = await signedIn();
    const { sid } = payloadOf((await notes.tokens(browser)).id_token);
    assert.equal(payloadOf((await mail.tokens(browser)).id_token).sid, undefined);
    await quiet.tokens(browser);
    const page = await signOut(browser, asked(notes, { post_logout_redirect_uri: bye, state: '"><x>' }));
    assert.equal(page.status, 200);
    assert.equal(page.location, undefined);
    const session = new URLSearchParams({ iss: installation.origin, sid: String(sid) });
    assert.deepEqual(framesOf(page), [
      `https://notes.example.com/frame?tenant=a&${session}`,
      'https://mail.example.com/frame',
    ]);
    assert.equal(nextOf(page), `${bye}?${new URLSearchParams({ state: '"><x>' })}`);
    assert.equal((await browser.get('/account')).status, 303, 'and the session is over');
  });

  it('O15 lets that page alone frame anything, and these origins alone', async () => {
    const browser = await signedIn();
    await notes.tokens(browser);
    const before = await browser.get('/session/end');
    assert.doesNotMatch(policyOf(before), /frame-src/);
    const page = await submitForm(browser, before, { logout: 'yes' });
    assert.match(policyOf(page), /^default-src 'none';.*;frame-src https:\/\/notes\.example\.com$/);
    for (const [tag] of page.text.matchAll(/<iframe[^>]*>/g))
      assert.match(tag, / sandbox="allow-same-origin allow-scripts" /);
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  it('signs out of our own pages in the same way, and ends at ours', async () => {
    const browser = await signedIn();
    await mail.tokens(browser);
    const page = await signOut(browser);
    assert.deepEqual(framesOf(page), ['https://mail.example.com/frame']);
    const last = await browser.get(nextOf(page));
    assert.equal(last.status, 200);
    assert.match(last.text, /You are signed out/);
  });

  it('is no page where no app of the session has an address', async () => {
    const browser = await signedIn();
    await quiet.tokens(browser);
    assert.equal((await signOut(browser)).status, 303);
  });

  it('tells of one app that is left, and of no other', async () => {
    const browser = await signedIn();
    await notes.tokens(browser);
    await mail.tokens(browser);
    const page = await submitForm(browser, await browser.get(`/session/end${asked(mail)}`));
    assert.deepEqual(framesOf(page), ['https://mail.example.com/frame']);
    assert.equal((await browser.get('/account')).status, 200);
    const rest = await signOut(browser);
    assert.equal(framesOf(rest).length, 1);
    assert.match(framesOf(rest)[0] ?? '', /notes/);
  });

  it('O11 loads nothing for a form that is not ours', async () => {
    const browser = await signedIn();
    await notes.tokens(browser);
    const page = await browser.get('/session/end');
    const forged = await submitForm(browser, page, { xsrf: 'wrong', logout: 'yes' });
    assert.equal(forged.status, 400);
    assert.deepEqual(framesOf(forged), []);
    assert.equal((await browser.get('/account')).status, 200);
  });

  it('goes on to an app on a device too, at its own scheme', async () => {
    const home = 'com.example.app:/bye';
    const native = await addApp(installation, {
      kind: 'native',
      redirectUris: ['com.example.app:/callback'],
      postLogoutRedirectUris: [home],
    });
    const browser = await signedIn();
    await mail.tokens(browser);
    assert.equal(nextOf(await signOut(browser, asked(native, { post_logout_redirect_uri: home }))), home);
  });

  it('tells of a session that another person takes the place of, who then comes to the app', async () => {
    const browser = await signedIn();
    await mail.tokens(browser);
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const switching = { ...browser, authenticator: eve.authenticator };
    const page = await switching.follow(quiet.authorizationUrl({ prompt: 'login' }));
    const handed = await switching.get(await answerSignIn(switching, page));
    const left = await submitForm(switching, handed);
    assert.deepEqual(framesOf(left), ['https://mail.example.com/frame']);
    const landed = await authorize(switching, nextOf(left));
    assert.equal(landed.origin, 'https://notes.example.com');
    assert.ok(landed.searchParams.get('code'));
  });
});

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const framesOf = ({ text }: Answer): string[] =>
  [...text.matchAll(/<iframe[^>]* src="([^"]*)"/g)].map(([, src = '']) => unescaped(src));

const nextOf = ({ text }: Answer): string =>
  unescaped(/id="go-on" href="([^"]*)"/.exec(text)?.[1] ?? assert.fail(text));

const policyOf = ({ headers }: Answer): string => headers.get('content-security-policy') ?? '';
