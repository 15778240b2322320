import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { apiResource } from '../apps/api-scopes.ts';
import {
  type AppUnderTest,
  addApp,
  assertRefused,
  payloadOf,
  type Tokens,
} from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, allow, answerSignIn, authorize, json, setUp } from '../testing/journeys.ts';
import { callersOf } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signOut } from '../testing/sign-out.ts';

const minute = 60_000;

onEveryStorage('tokens of people for our API', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let console: AppUnderTest;
  let callerOf: Awaited<ReturnType<typeof callersOf>>;
  let api: { resource: string; scope: string };

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    console = await addApp(installation, {
      kind: 'web',
      apiScopes: ['people:read', 'people:write', 'apps:read', 'audit:read'],
    });
    callerOf = await callersOf(installation);
    api = { resource: apiResource(installation.config.issuer), scope: 'openid people:read apps:read' };
  });

  /** Ada, or somebody new with a role. */
  async function somebody(userName: string, role: 'support' | 'person' | 'administrator' = 'administrator') {
    const browser = await addPerson(installation, { name: userName, userName });
    const account = await installation.storage.accounts.findByUserNameKey(userName);
    assert.ok(account);
    await installation.storage.accounts.update({ ...account, role }, account.revision);
    return { browser, account };
  }

  it('say who, by which sign-in, and for how long', async () => {
    const tokens = await console.tokens(ada, api);
    const { sub, aud, scope, exp, iat, auth_time, acr, sign_in_id, grant_id } = payloadOf(
      tokens.access_token,
    );
    assert.deepEqual([aud, scope, Number(exp) - Number(iat)], [api.resource, 'people:read apps:read', 600]);
    assert.ok(grant_id && sign_in_id && acr);
    const { account, app, scopes, ...caller } = await callerOf(tokens.access_token);
    assert.equal(account?.sub, sub);
    assert.deepEqual([app.id, scopes], [console.id, ['people:read', 'apps:read']]);
    assert.deepEqual(caller, { signInId: sign_in_id, signedInAt: Number(auth_time) * 1000 });
    const [signIn] = await installation.storage.signIns.findMany([String(sign_in_id)]);
    assert.equal(signIn?.accountId, account?.id);
  });

  it('are asked for on a page that says so in words, in every session anew', async () => {
    const { browser } = await somebody('eve');
    const ask = () => browser.follow(console.authorizationUrl(api));
    const page = await ask();
    assert.match(page.text, /Administration: see people and their passkeys/);
    await browser.follow(await allow(browser, page));
    assert.ok((await ask()).location?.includes('code='), 'the same session is not asked twice');
    await signOut(browser);
    const again = await browser.follow(await answerSignIn(browser, await ask()));
    assert.equal(pageData<{ kind: string }>(again).kind, 'consent');
  });

  it('need a passkey that was used within 15 minutes', async () => {
    const { browser } = await somebody('grace');
    await console.tokens(browser, api);
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(14 * minute);
      assert.ok((await console.answerOf(browser, { ...api, prompt: 'none' })).get('code'));
      mock.timers.tick(2 * minute);
      assert.equal(
        (await console.answerOf(browser, { ...api, prompt: 'none' })).get('error'),
        'login_required',
      );
      assert.ok((await console.answerOf(browser, { prompt: 'none' })).get('code'), 'other requests do not');
      const page = await browser.follow(console.authorizationUrl(api));
      assert.equal(pageData<{ kind: string }>(page).kind, 'sign-in');
      const { searchParams } = await authorize(browser, await answerSignIn(browser, page));
      const { body } = await console.redeem(searchParams.get('code') ?? '');
      const { auth_time } = payloadOf(String(body.access_token));
      assert.ok(Date.now() / 1000 - Number(auth_time) < 5);
    } finally {
      mock.timers.reset();
    }
  });

  it('O29 hold no more than the person may do', async () => {
    const { browser } = await somebody('sue', 'support');
    const wide = { ...api, scope: 'openid people:read people:write audit:read' };
    const page = await browser.follow(console.authorizationUrl(wide));
    assert.match(page.text, /see and change people/);
    assert.doesNotMatch(page.text, /audit log/);
    const { searchParams } = await authorize(browser, await allow(browser, page));
    const { body } = await console.redeem(searchParams.get('code') ?? '');
    assert.equal(body.scope, 'people:read people:write');
  });

  it('O29 are not for who has no part in administration: they are told so, and prompt=none too', async () => {
    const { browser } = await somebody('pat', 'person');
    const page = await browser.follow(console.authorizationUrl(api));
    assert.equal(page.status, 403);
    assert.match(page.text, /You may not use Notes/);
    assert.match(page.text, /you have no part in that yourself/);
    const none = await console.answerOf(browser, { ...api, prompt: 'none' });
    assert.deepEqual([none.get('error'), none.get('code')], ['access_denied', null]);
    const { urls } = pageData<{ urls: { abort: string } }>(page);
    const { location } = json<{ location: string }>(await browser.post(urls.abort, {}));
    assert.equal((await authorize(browser, location)).searchParams.get('error'), 'access_denied');
  });

  it('O29 are not for apps that may not ask', async () => {
    const other = await addApp(installation);
    assert.equal((await other.answerOf(ada, api)).get('error'), 'invalid_target');
    const beyond = await console.answerOf(ada, { ...api, scope: 'openid keys:write' });
    assert.equal(beyond.get('error'), 'invalid_scope');
    const elsewhere = await console.answerOf(ada, { ...api, resource: 'https://elsewhere.example/' });
    assert.equal(elsewhere.get('error'), 'invalid_target');
  });

  it('O29 are no other token: an ID token, a token for userinfo and a refresh token are refused', async () => {
    const offline = { ...api, scope: `${api.scope} offline_access`, prompt: 'consent' };
    const tokens = await console.tokens(ada, offline);
    const userInfo = await console.tokens(ada, { scope: 'openid' });
    for (const token of [tokens.id_token, tokens.refresh_token, userInfo.access_token])
      await assert.rejects(callerOf(token), { code: 'token_invalid' });
    assert.equal((await console.userInfo(tokens.access_token)).status, 401);
  });

  const given = async (browser: TestBrowser, offline = false): Promise<Tokens> =>
    console.tokens(
      browser,
      offline ? { ...api, scope: `${api.scope} offline_access`, prompt: 'consent' } : api,
    );

  it('O29 end with the session, with the person, with their role, and with what they allowed', async () => {
    const { administration, storage } = installation;
    const { browser, account } = await somebody('joan');
    const ended = async ({ access_token, refresh_token }: Tokens) => {
      await assert.rejects(callerOf(access_token), { code: 'token_invalid' });
      assertRefused(await console.refresh(refresh_token), 'invalid_grant');
    };
    const inSession = await given(browser);
    await signOut(browser);
    await ended(inSession);
    const again = await given(browser, true);
    assert.equal((await browser.post('/account/apps/disconnect', { appId: console.id })).status, 200);
    await ended(again);
    const last = await given(browser, true);
    const now = await storage.accounts.findById(account.id);
    assert.ok(now);
    await storage.accounts.update({ ...now, role: 'person' }, now.revision);
    assert.deepEqual((await callerOf(last.access_token)).scopes, []);
    assertRefused(await console.refresh(last.refresh_token), 'invalid_scope');
    await administration.people.disable({ user: 'joan' });
    await ended(last);
  });

  it('go on by refresh, for the same resource', async () => {
    const { refresh_token } = await given(ada, true);
    const { body } = await console.refresh(refresh_token);
    assert.equal((await callerOf(String(body.access_token))).account?.userName, 'ada');
  });

  it('are shown in the account of who gave them', async () => {
    await given(ada);
    assert.match((await ada.follow('/account')).text, /Administration: see people and their passkeys/);
  });

  it('log nothing that oidc-provider would warn of', () => {
    assert.deepEqual(
      installation.log.filter((line) => line.includes('WARNING')),
      [],
    );
  });
});
