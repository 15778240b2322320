import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { addApp, askAsApp, enrol, newCode, newTokens, redeem, type Stage } from '../testing/faulty-steps.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { beginAuthorization, type SignInPageData, setUp } from '../testing/journeys.ts';

const minute = 60_000;

/** Cleaning goes by real time, so whatever the clock says, everything that has expired is still stored. */
describe('what has expired and was not cleaned', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation;
    let browser: TestBrowser;
    let stage: Stage;

    before(async () => {
      installation = await startInstallation(settings);
      browser = await setUp(installation);
      stage = { installation, browser, party: await addApp(installation) };
      mock.timers.enable({ apis: ['Date'], now: Date.now() });
    });
    after(async () => {
      mock.timers.reset();
      await installation?.[Symbol.asyncDispose]();
    });

    const pass = (milliseconds: number) => mock.timers.setTime(Date.now() + milliseconds);

    it('F11 a code', async () => {
      const code = await newCode(stage);
      pass(1.2 * minute);
      const { status, text } = await redeem(stage, code);
      assert.deepEqual([status, JSON.parse(text).error], [400, 'invalid_grant']);
    });

    it('F11 a challenge', async () => {
      const page = await createBrowserAt(browser, (await beginAuthorization(stage.party)).url);
      pass(6 * minute);
      const { text } = await page.answer();
      assert.equal(JSON.parse(text).error, 'challenge_expired');
    });

    it('F11 an interaction', async () => {
      const page = await createBrowserAt(browser, (await beginAuthorization(stage.party)).url);
      pass(31 * minute);
      const { text } = await page.answer();
      assert.equal(JSON.parse(text).error, 'interaction_expired');
    });

    it('F11 an access token, a refresh token and a session', async () => {
      browser.cookies.clear();
      const { access_token, refresh_token } = await newTokens(stage);
      const headers = { authorization: `Bearer ${access_token}` };
      assert.equal((await askAsApp(stage, '/me', { headers })).status, 200);
      assert.equal((await browser.get('/account')).status, 200);
      pass(61 * minute);
      assert.equal((await askAsApp(stage, '/me', { headers })).status, 401);
      assert.equal((await browser.get('/account')).status, 303);
      const { account } = await installation.administration.people.show({ user: 'ada' });
      assert.ok((await installation.storage.artifacts.listByAccount(account.sub, 'Session')).length > 0);
      pass(15 * 24 * 60 * minute);
      const { text } = await redeem(stage, { grant_type: 'refresh_token', refresh_token });
      assert.equal(JSON.parse(text).error, 'invalid_grant');
    });

    it('F11 W20 an invitation, before and after it was opened', async () => {
      const { link = assert.fail() } = await installation.administration.people.invite({
        name: 'Grace',
        userName: 'grace',
      });
      const opened = createBrowser(installation.origin);
      assert.equal((await opened.follow(link.url)).status, 200);
      pass(73 * 60 * minute);
      for (const person of [opened, createBrowser(installation.origin)])
        await assert.rejects(enrol(person, link.url, { name: 'Grace' }), /^Refused: 410/);
    });
  });
});

/** Another browser of the same person, on the sign-in page. */
async function createBrowserAt(browser: TestBrowser, url: string) {
  const other = createBrowser(browser.origin);
  const { options, urls } = pageData<SignInPageData>(await other.follow(url));
  const response = browser.authenticator.get(options);
  return { answer: () => other.post(urls.login, { response }) };
}
