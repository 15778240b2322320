import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp, type Tokens } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { answerSignIn, setUp } from '../testing/journeys.ts';
import { type SplitInstallation, startSplitInstallation } from '../testing/split-installation.ts';

describe('a passkey manager of its own', () => {
  let split: SplitInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let tokens: Tokens;
  before(async () => {
    split = await startSplitInstallation();
    ada = await setUp(split);
    app = await addApp(split, { kind: 'web' });
    tokens = await app.tokens(ada);
  });
  after(() => split[Symbol.asyncDispose]());

  it('keeps the passkeys, and the provider has none', async () => {
    const account = await split.storage.accounts.findByUserNameKey('ada');
    const [userHandle = ''] = account?.userHandles ?? [];
    assert.equal((await split.service.storage.passkeys.listByUserHandle(userHandle)).length, 1);
    assert.deepEqual(await split.storage.passkeys.listByUserHandle(userHandle), []);
    assert.equal(await split.service.storage.accounts.findByUserNameKey('ada'), undefined);
  });

  it('is asked by the commands with a certificate of their own', async () => {
    const { passkeys } = await split.administration.people.show({ user: 'ada' });
    assert.equal(passkeys.length, 1);
  });

  it('F15 is missed by sign-ins alone while it is away, and they are told at once', async () => {
    await split.service.stop();
    const refreshed = await app.refresh(tokens.refresh_token);
    assert.equal(refreshed.status, 200, 'refresh');
    tokens = { ...tokens, ...(refreshed.body as object) };
    assert.equal((await app.userInfo(tokens.access_token)).status, 200, 'userinfo');
    const introspected = await app.post('/token/introspection', { token: tokens.access_token });
    assert.equal(introspected.body.active, true, 'introspection');
    const stranger = createBrowser(split.origin);
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/health/ready'])
      assert.equal((await stranger.get(path)).status, 200, path);
    assert.ok(await app.code(ada), 'single sign-on');
    const begun = performance.now();
    const page = await stranger.follow(app.authorizationUrl());
    assert.ok(performance.now() - begun < 1000);
    assert.equal(page.status, 503);
    assert.equal(page.headers.get('retry-after'), '5');
    assert.match(page.text, /One moment, please/);
  });

  it('F15 signs people in again once it is back', async () => {
    await split.service.start();
    const browser = { ...createBrowser(split.origin), authenticator: ada.authenticator };
    for (const until = Date.now() + 5_000; Date.now() < until; await delay(100)) {
      const page = await browser.follow(app.authorizationUrl());
      if (page.status !== 200) continue;
      assert.ok(await answerSignIn(browser, page));
      return;
    }
    assert.fail('nobody was signed in');
  });
});
