import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { type AppUnderTest, addApp, assertRefused, redirectUri } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere, signOut } from '../testing/sign-out.ts';

onEveryStorage('authorization codes', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation, { redirectUris: [redirectUri, `${redirectUri}2`] });
  });

  it('O5 belong to the app that asked', async () => {
    const code = await app.code(browser);
    const other = await addApp(installation);
    const web = await addApp(installation, { kind: 'web' });
    assertRefused(await other.redeem(code), 'invalid_grant');
    assertRefused(await web.redeem(code), 'invalid_grant');
    assert.equal((await app.redeem(code)).status, 200);
  });

  it('O5 belong to the redirect address they were sent to', async () => {
    const code = await app.code(browser);
    assertRefused(await app.redeem(code, { redirect_uri: `${redirectUri}2` }), 'invalid_grant');
    assertRefused(await app.redeem(code, { redirect_uri: undefined }), 'invalid_request');
  });

  it('O5 live for 60 seconds', async () => {
    const [inTime, late] = [await app.code(browser), await app.code(browser)];
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(58_000);
      assert.equal((await app.redeem(inTime)).status, 200);
      mock.timers.tick(3_000);
      assertRefused(await app.redeem(late), 'invalid_grant');
    } finally {
      mock.timers.reset();
    }
  });

  it('O5 work once; the second use ends what the first one gave', async () => {
    const code = await app.code(browser);
    const { body } = await app.redeem(code);
    assert.equal((await app.userInfo(String(body.access_token))).status, 200);
    assertRefused(await app.redeem(code), 'invalid_grant');
    assert.equal((await app.userInfo(String(body.access_token))).status, 401);
    assertRefused(await app.refresh(String(body.refresh_token)), 'invalid_grant');
  });

  it('O5 a second use by a stranger to the code ends nothing', async () => {
    const code = await app.code(browser);
    const { body } = await app.redeem(code);
    const other = await addApp(installation);
    assertRefused(await other.redeem(code), 'invalid_grant');
    assert.equal((await app.userInfo(String(body.access_token))).status, 200);
  });

  it('O5 are worth nothing after the sign-out of the session they come from', async () => {
    const visitor = await signInElsewhere(installation, browser);
    const code = await app.code(visitor);
    await signOut(visitor);
    const answer = await app.redeem(code);
    assertRefused(answer, 'invalid_grant');
  });

  it('O5 of eight uses at once one succeeds', async () => {
    for (let round = 0; round < 3; round++) {
      const code = await app.code(browser);
      const answers = await Promise.all(Array.from({ length: 8 }, () => app.redeem(code)));
      const given = answers.filter(({ status }) => status === 200);
      assert.equal(given.length, 1);
      for (const answer of answers.filter((each) => !given.includes(each)))
        assertRefused(answer, 'invalid_grant');
    }
  });

  it('refuses what is no code', async () => {
    for (const code of ['', 'x', '../../etc', '{"$gt":""}', "' OR 1=1 --", 'a'.repeat(10_000), '\u0000'])
      assert.equal((await app.redeem(code)).status, 400, code);
  });
});
