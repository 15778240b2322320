import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as client from 'openid-client';
import { apiResource } from '../apps/api-scopes.ts';
import { commandAppId } from '../apps/builtin-apps.ts';
import { addApp, assertErrorPage, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { answerDevice, type Device, device, typeCode } from '../testing/device.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, allow, answerSignIn, json, setUp } from '../testing/journeys.ts';
import { callersOf } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

const minute = 60_000;

onEveryStorage('the device flow', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let television: Device;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    const { id } = await addApp(installation, { name: 'Television', kind: 'device', redirectUris: [] });
    television = await device(installation.origin, id);
  });

  /** From the code to the last page. */
  async function connect(browser: TestBrowser, code: string) {
    const asked = await answerDevice(browser, await typeCode(browser, code), 'confirm');
    return browser.follow(await allow(browser, asked));
  }

  it('signs a device in that shows a code, as openid-client does it', async () => {
    const { configuration } = television;
    const begun = await client.initiateDeviceAuthorization(configuration, { scope: 'openid profile' });
    assert.deepEqual([begun.interval, begun.expires_in], [5, 600]);
    assert.equal(begun.verification_uri, `${installation.origin}/device`);
    assert.match(begun.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const done = await connect(ada, begun.user_code);
    assert.match(done.text, /Television is connected/);
    assert.match((await ada.get('/account')).text, /Approved by you for another device/);
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...begun, interval: 1 });
    assert.ok(tokens.refresh_token);
    const { sub = '', acr, auth_time } = tokens.claims() as client.IDToken;
    assert.ok(acr && auth_time);
    const about = await client.fetchUserInfo(configuration, tokens.access_token, sub);
    assert.equal(about.name, 'Ada Lovelace');
  });

  it('asks who is not signed in to sign in first', async () => {
    const { user_code, device_code } = await television.begin();
    const fresh = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
    const signIn = await answerDevice(fresh, await typeCode(fresh, user_code), 'confirm');
    assert.equal(pageData<{ kind: string }>(signIn).kind, 'sign-in');
    const consent = await fresh.follow(await answerSignIn(fresh, signIn));
    assert.match((await fresh.follow(await allow(fresh, consent))).text, /is connected/);
    assert.equal((await television.poll(device_code)).status, 200);
  });

  it('takes the code in small letters, with spaces and without the dash', async () => {
    for (const spelt of [(code: string) => code.toLowerCase(), (code: string) => code.replace('-', ' ')]) {
      const { user_code } = await television.begin();
      assert.match((await typeCode(ada, ` ${spelt(user_code)} `)).text, new RegExp(user_code));
    }
  });

  it('shows which app asks and from where, before anything is given', async () => {
    const { user_code, device_code } = await television.begin();
    const page = await typeCode(ada, user_code);
    assert.match(page.text, /Connect Television\?/);
    assert.match(page.text, /television\/4\.2/);
    assert.match(page.text, /127\.0\.0\.1/);
    assert.equal((await television.poll(device_code)).body.error, 'authorization_pending');
  });

  it('fills in a code that stands in the address, and goes no further by itself', async () => {
    const { user_code, verification_uri_complete } = await television.begin();
    const page = await ada.get(verification_uri_complete);
    assert.match(page.text, new RegExp(`value="${user_code}"`));
    assert.doesNotMatch(page.text, /<script>/);
    const odd = await ada.get('/device?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E');
    assert.doesNotMatch(odd.text, /<script>alert/);
  });

  it('asks each time what the device gets, also where it was allowed before', async () => {
    await connect(ada, (await television.begin()).user_code);
    const { user_code } = await television.begin();
    const again = await answerDevice(ada, await typeCode(ada, user_code), 'confirm');
    assert.equal(pageData<{ kind: string }>(again).kind, 'consent');
    assert.match(again.text, /It asks from another device/);
  });

  it('tells the device when it was not them, or they go back', async () => {
    const first = await television.begin();
    const declined = await answerDevice(ada, await typeCode(ada, first.user_code), 'abort');
    assert.match(declined.text, /Nothing was connected/);
    assert.equal((await television.poll(first.device_code)).body.error, 'access_denied');
    const { items } = await installation.administration.audit.list({ type: 'device.declined', user: 'ada' });
    assert.equal(items.length, 1, 'administrators see that somebody was given a code of others');
    const second = await television.begin();
    const consent = await answerDevice(ada, await typeCode(ada, second.user_code), 'confirm');
    const { urls } = pageData<{ urls: { abort: string } }>(consent);
    const { location } = json<{ location: string }>(await ada.post(urls.abort, {}));
    assert.match((await ada.follow(location)).text, /Nothing was connected/);
    assert.equal((await television.poll(second.device_code)).body.error, 'access_denied');
  });

  it('says what is wrong with a code: none, unknown, used, expired', async () => {
    assert.match((await typeCode(ada, '')).text, /Please type the code/);
    const unknown = await typeCode(ada, 'BBBB-BBBB');
    assert.match(unknown.text, /There is no such code/);
    assert.match(unknown.text, /value="BBBB-BBBB"/, 'what was typed stays');
    const used = await television.begin();
    await connect(ada, used.user_code);
    assert.match((await typeCode(ada, used.user_code)).text, /was used already/);
    const { user_code, device_code } = await television.begin();
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(10 * minute + 10_000);
      assert.match((await typeCode(ada, user_code)).text, /has expired/);
      assert.equal((await television.poll(device_code)).body.error, 'expired_token');
    } finally {
      mock.timers.reset();
    }
  });

  it('O11 takes no answer from elsewhere, without the secret of the page, or in another session', async () => {
    const { user_code, device_code } = await television.begin();
    await ada.get('/device');
    const confirming = { user_code, confirm: 'yes' };
    assertErrorPage(await ada.submit('/device', confirming));
    assertErrorPage(await ada.submit('/device', { ...confirming, xsrf: 'x'.repeat(48) }));
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' };
    assertErrorPage(await ada.submit('/device', confirming, foreign), 403);
    const page = await typeCode(ada, user_code);
    const stranger = createBrowser(installation.origin);
    await stranger.get('/device');
    assertErrorPage(await answerDevice(stranger, page, 'confirm'));
    assert.equal((await television.poll(device_code)).body.error, 'authorization_pending');
  });

  it('F18 gives tokens once, however many ask at once', async () => {
    const { user_code, device_code } = await television.begin();
    await connect(ada, user_code);
    const answers = await Promise.all(Array.from({ length: 8 }, () => television.poll(device_code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const { body } of answers.filter(({ status }) => status !== 200))
      assert.equal(body.error, 'invalid_grant');
  });

  it('F18 lets one of two people go on who confirm one code at once', async () => {
    const { user_code } = await television.begin();
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const pages = await Promise.all([ada, eve].map((browser) => typeCode(browser, user_code)));
    const next = await Promise.all(
      [ada, eve].map((browser, index) => answerDevice(browser, pages[index] as never, 'confirm')),
    );
    assert.equal(next.filter(({ text }) => text.includes('"kind":"consent"')).length, 1);
  });

  it('tells a device that asks too often to slow down, and gives an answer however soon', async () => {
    const { user_code, device_code } = await television.begin();
    const error = async () => (await television.poll(device_code)).body.error;
    assert.equal(await error(), 'authorization_pending');
    assert.equal(await error(), 'slow_down');
    await delay(4100);
    assert.equal(await error(), 'authorization_pending');
    await connect(ada, user_code);
    assert.equal(await error(), undefined);
  });

  it('keeps no code that could be read from a stolen database', async () => {
    const { user_code, device_code } = await television.begin();
    const hash = installation.secret.hash('user code', user_code.replace('-', ''));
    const stored = await installation.storage.artifacts.findByUserCode(hash);
    assert.ok(stored);
    for (const text of [user_code, user_code.replace('-', ''), device_code])
      assert.ok(!JSON.stringify(stored).includes(text));
  });

  it('lets the command line of an administrator in without any set-up, for what they may do', async () => {
    const command = await device(installation.origin, commandAppId);
    const resource = apiResource(installation.config.issuer);
    const asked = { scope: 'openid offline_access people:read apps:write', resource };
    const { user_code, device_code } = await command.begin(asked);
    const consent = await answerDevice(ada, await typeCode(ada, user_code), 'confirm');
    assert.match(consent.text, /Administration: change apps/);
    await ada.follow(await allow(ada, consent));
    const { body } = await command.poll(device_code);
    const caller = await (await callersOf(installation))(String(body.access_token));
    assert.deepEqual([caller.account?.userName, caller.scopes], ['ada', ['people:read', 'apps:write']]);
    assert.ok(payloadOf(String(body.access_token)).auth_time);
    const pat = await addPerson(installation, { name: 'Pat', userName: 'pat' });
    const other = await command.begin(asked);
    const refused = await answerDevice(pat, await typeCode(pat, other.user_code), 'confirm');
    assert.equal(refused.status, 403);
    assert.match(refused.text, /You may not use Latchkey command/);
    const { urls } = pageData<{ urls: { abort: string } }>(refused);
    const { location } = json<{ location: string }>(await pat.post(urls.abort, {}));
    assert.match((await pat.follow(location)).text, /Nothing was connected/);
    assert.equal((await command.poll(other.device_code)).body.error, 'access_denied');
  });

  it('log nothing that oidc-provider would warn of', () => {
    assert.deepEqual(
      installation.log.filter((line) => line.includes('WARNING')),
      [],
    );
  });
});
