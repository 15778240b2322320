import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, allow, answerSignIn, type SignInPageData, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('requests that somebody else makes', (start) => {
  let installation: TestInstallation;
  let person: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    person = await setUp(installation);
    app = await addApp(installation);
  });

  const fresh = (): TestBrowser => ({
    ...createBrowser(installation.origin),
    authenticator: person.authenticator,
  });
  async function signInPage(browser: TestBrowser) {
    const page = await browser.follow(app.authorizationUrl());
    return { page, ...pageData<SignInPageData>(page) };
  }
  /** A fetch with no header of the page but these. */
  const bare = (browser: TestBrowser, path: string, headers: Record<string, string> | 'GET') =>
    fetch(new URL(path, installation.origin), {
      method: headers === 'GET' ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; '),
        ...(headers === 'GET' ? {} : headers),
      },
      ...(headers === 'GET' ? {} : { body: '{}' }),
    });

  it('O11 are refused from another origin, from another site, and without either header', async () => {
    const browser = fresh();
    const { urls } = await signInPage(browser);
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
      { 'sec-fetch-site': 'cross-site', origin: installation.origin },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: `${installation.origin}.evil.example` },
    ];
    const paths = [
      ...Object.values(urls).filter((url) => !url.includes('lost')),
      '/account/sessions/end-others',
    ];
    paths.push(
      '/account/profile',
      '/account/confirm/options',
      '/account/passkeys',
      '/setup',
      '/setup/options',
    );
    for (const path of paths)
      for (const headers of foreign) assert.equal((await bare(browser, path, headers)).status, 403, path);
    assert.equal((await bare(browser, urls.options, { origin: installation.origin })).status, 200);
  });

  it('O11 change nothing by GET', async () => {
    const browser = fresh();
    const { urls } = await signInPage(browser);
    for (const path of [urls.login, urls.options, urls.abort]) {
      const { status } = await bare(browser, path, 'GET');
      assert.ok(status === 404 || status === 405, `${path} ${status}`);
    }
    for (const path of ['/account/sessions/end-others', '/account/passkeys/remove', '/account/confirm']) {
      const { status } = await bare(person, path, 'GET');
      assert.ok(status === 404 || status === 405, `${path} ${status}`);
    }
  });

  it('O11 are refused without the interaction’s cookie, with another one, and for another’s address', async () => {
    const [mine, theirs] = [fresh(), fresh()];
    const [own, other] = [await signInPage(mine), await signInPage(theirs)];
    const answers = [
      await mine.post(other.urls.options, {}),
      await createBrowser(installation.origin).post(own.urls.options, {}),
      await mine.post('/interaction/unknown/options', {}),
      await mine.get(new URL(other.urls.login, installation.origin).pathname.replace('/login', '')),
    ];
    for (const answer of answers) assert.equal(answer.status, 400, answer.text);
    mine.cookies.set('interaction', { value: other.urls.login.split('/')[2] ?? '', path: '/' });
    assert.equal((await mine.post(other.urls.options, {})).status, 400, 'an unsigned cookie');
  });

  it('O11 are refused for an interaction that is over', async () => {
    const browser = fresh();
    const { page, urls } = await signInPage(browser);
    const location = await answerSignIn(browser, page);
    await browser.follow(location);
    for (const path of [urls.options, urls.abort]) assert.equal((await browser.post(path, {})).status, 400);
    const again = await browser.get(location);
    assert.equal(again.status, 400);
    assert.equal(again.location, undefined);
  });

  it('W18 an assertion is refused in another browser’s interaction', async () => {
    const [attacker, victim] = [fresh(), fresh()];
    const [begun, theirs] = [await signInPage(attacker), await signInPage(victim)];
    const response = attacker.authenticator.get(begun.options);
    const injected = await victim.post(theirs.urls.login, { response });
    assert.equal(injected.status, 400);
    assert.equal(JSON.parse(injected.text).error, 'passkey_rejected');
    const used = await attacker.post(begun.urls.login, { response });
    assert.equal(used.status, 400, 'the challenge is used up');
  });

  it('W18 an assertion is refused in another interaction of the same browser', async () => {
    const browser = fresh();
    const first = await signInPage(browser);
    const second = await signInPage(browser);
    const response = browser.authenticator.get(first.options);
    assert.equal((await browser.post(second.urls.login, { response })).status, 400);
  });

  it('W18 an interaction without its browser cookie is no longer the one that began', async () => {
    const browser = fresh();
    const { options, urls } = await signInPage(browser);
    for (const name of browser.cookies.keys()) if (name.includes('browser')) browser.cookies.delete(name);
    const response = browser.authenticator.get(options);
    assert.equal((await browser.post(urls.login, { response })).status, 400);
  });

  it('W18 the answer that signs a person in is of no use in another browser', async () => {
    const [attacker, victim] = [fresh(), fresh()];
    const { page } = await signInPage(attacker);
    const location = await answerSignIn(attacker, page);
    const followed = await victim.get(location);
    assert.equal(followed.status, 400);
    assert.equal(victim.cookies.has('session'), false);
  });

  it('F19 two assertions in one interaction make one session; the second gets a page', async () => {
    const browser = fresh();
    const { options, urls, page } = await signInPage(browser);
    const more = JSON.parse((await browser.post(urls.options, {})).text);
    const [one, two] = await Promise.all([
      browser.post(urls.login, { response: browser.authenticator.get(options) }),
      browser.post(urls.login, { response: browser.authenticator.get(more.options) }),
    ]);
    const [location] = [one, two].map(({ text }) => JSON.parse(text).location).filter(Boolean);
    const landed = await Promise.all([browser.get(location), browser.get(location)]);
    assert.ok(landed.every(({ status }) => status < 500));
    const { sub } = (await installation.storage.accounts.findByUserNameKey('ada')) ?? assert.fail();
    assert.ok(page.status === 200 && sub);
  });

  it('O11 a consent is given by the one who sees it: not while signing in, not for another', async () => {
    const browser = fresh();
    const { urls, page } = await signInPage(browser);
    const consent = urls.login.replace('/login', '/consent');
    const early = await browser.post(consent, {});
    assert.equal(early.status, 400, 'nobody is signed in');
    const other = await addApp(installation, { name: 'Other' });
    await browser.follow(await answerSignIn(browser, page));
    const asked: Answer = await browser.follow(other.authorizationUrl({ scope: 'openid email' }));
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    for (const [name, cookie] of eve.cookies)
      if (name.startsWith('session')) browser.cookies.set(name, cookie);
    const { urls: theirs } = pageData<{ urls: { consent: string } }>(asked);
    const taken = await browser.post(theirs.consent, {});
    assert.equal(taken.status, 400, 'the session is another person’s by now');
    await assert.rejects(allow(browser, asked));
  });
});
