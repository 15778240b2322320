import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp, assertRefused } from '../../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { allow, setUp } from '../../testing/journeys.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';
import { signInElsewhere } from '../../testing/sign-out.ts';

onEveryStorage('consent', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
  });

  const email = JSON.stringify({ userinfo: { email: null } });
  const asks = async (visitor: TestBrowser, app: AppUnderTest, parameters: Record<string, string>) => {
    const page = await visitor.follow(app.authorizationUrl(parameters));
    return page.status === 200 && pageData<{ kind: string }>(page).kind === 'consent';
  };

  it('is remembered in every browser, and asked again only for something new', async () => {
    const app = await addApp(installation);
    assert.ok(await asks(browser, app, { scope: 'openid email' }));
    await app.code(browser, { scope: 'openid email' });
    const elsewhere = await signInElsewhere(installation, browser);
    assert.ok(!(await asks(elsewhere, app, { scope: 'openid' })));
    assert.ok(!(await asks(elsewhere, app, { scope: 'openid email' })), 'allowed before, in another session');
    assert.ok(await asks(elsewhere, app, { scope: 'openid email groups' }));
    assert.ok(await asks(elsewhere, app, { scope: 'openid', prompt: 'consent' }));
  });

  it('is never asked for a first-party app, also when it wants more later', async () => {
    const app = await addApp(installation, { consent: 'implicit' });
    for (const parameters of [
      { scope: 'openid' },
      { scope: 'openid email groups' },
      { scope: 'openid', claims: email },
    ])
      assert.ok(!(await asks(browser, app, parameters)), JSON.stringify(parameters));
  });

  it('shows what claims open that are asked for one by one', async () => {
    const app = await addApp(installation);
    const page = await browser.follow(app.authorizationUrl({ claims: email }));
    assert.match(page.text, /ada@example\.org/);
    const { location } = await browser.get(await allow(browser, page));
    const { body } = await app.redeem(new URL(location ?? '').searchParams.get('code') ?? '');
    assert.equal((await app.userInfo(String(body.access_token))).body.email, 'ada@example.org');
    const elsewhere = await signInElsewhere(installation, browser);
    assert.ok(!(await asks(elsewhere, app, { claims: email })));
  });

  it('that is refused gives nothing', async () => {
    const app = await addApp(installation);
    const page = await browser.follow(app.authorizationUrl());
    const { urls } = pageData<{ urls: { abort: string } }>(page);
    const { location } = JSON.parse((await browser.post(urls.abort, {})).text);
    const back = new URL((await browser.get(location)).location ?? '');
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
    assert.ok(await asks(browser, app, {}));
  });

  it('that is taken back ends the app’s tokens everywhere and is asked again', async () => {
    const [app, other] = [await addApp(installation), await addApp(installation)];
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const elsewhere = await signInElsewhere(installation, browser);
    const [here, there] = [await app.tokens(browser, offline), await app.tokens(elsewhere, offline)];
    const kept = await other.tokens(browser, offline);
    assert.equal((await browser.post('/account/apps/disconnect', { appId: app.id })).status, 200);
    for (const { refresh_token, access_token } of [here, there]) {
      assertRefused(await app.refresh(refresh_token), 'invalid_grant');
      assert.equal((await app.userInfo(access_token)).status, 401);
    }
    assert.equal((await other.refresh(kept.refresh_token)).status, 200);
    assert.ok(await asks(browser, app, {}));
  });

  it('names the person and the app in the audit', async () => {
    const app = await addApp(installation);
    await app.code(browser);
    const events = await installation.storage.auditEvents.list({ limit: 200 });
    const account = await installation.storage.accounts.findByUserNameKey('ada');
    const given = events.filter(({ type, appId }) => type === 'consent.given' && appId === app.id);
    assert.deepEqual(
      given.map(({ accountId }) => accountId),
      [account?.id],
    );
  });
});
