import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { answerSignIn, json, type SignInPageData, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('attempts', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start({
      LATCHKEY_RATE_LIMIT: '10',
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
    });
    ada = await setUp(installation);
    app = await addApp(installation);
  });

  const from = (address: string) => ({ 'x-forwarded-for': address });
  async function exhaust(path: string, address: string) {
    const browser = createBrowser(installation.origin);
    for (let attempt = 0; attempt < 15; attempt++) {
      const answer = await browser.post(path, {}, from(address));
      if (answer.status === 429) return { attempt, answer };
    }
    throw new Error('no limit');
  }

  it('O26 are counted by address, and told when to come back', async () => {
    const { attempt, answer } = await exhaust('/setup/options', '203.0.113.1');
    assert.equal(attempt, 10);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    assert.equal(json(answer).error, 'too_many_requests');
    const token = await app.post(
      '/token',
      { grant_type: 'authorization_code', code: 'x' },
      from('203.0.113.1'),
    );
    assert.equal(token.status, 400, 'servers of apps have a limit of their own');
    const page = await createBrowser(installation.origin).get('/', from('203.0.113.1'));
    assert.equal(page.status, 200, 'reading is free');
  });

  it('O26 of a stranger lock nobody out: the person signs in from elsewhere', async () => {
    await exhaust('/setup/options', '203.0.113.2');
    const browser = { ...createBrowser(installation.origin), authenticator: ada.authenticator };
    const location = await answerSignIn(browser, await browser.follow(app.authorizationUrl()));
    assert.ok(location);
  });

  it('O26 are not made fewer by claiming other addresses, nor by the rest of an IPv6 network', async () => {
    const browser = createBrowser(installation.origin);
    const statuses: number[] = [];
    for (let n = 0; n < 15; n++)
      statuses.push((await browser.post('/setup/options', {}, from(`198.51.100.${n}, 203.0.113.3`))).status);
    assert.ok(statuses.includes(429), 'only what the proxy wrote counts');
    const six: number[] = [];
    for (let n = 0; n < 15; n++)
      six.push((await browser.post('/setup/options', {}, from(`2001:db8:1:2::${n + 1}`))).status);
    assert.ok(six.includes(429), 'one /64 is one subscriber');
  });

  it('O26 bound the guesses at a link and at names that are taken', async () => {
    const browser = createBrowser(installation.origin);
    const page = await browser.follow(app.authorizationUrl());
    const { urls } = pageData<SignInPageData>(page);
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++)
      statuses.push((await browser.post(urls.login, { response: {} }, from('203.0.113.4'))).status);
    assert.deepEqual(new Set(statuses), new Set([400, 429]));
  });
});
