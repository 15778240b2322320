import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { answerDevice, device, typeCode } from '../testing/device.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, authorize, json, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { submitForm } from '../testing/sign-out.ts';

onEveryStorage('an app for some groups alone', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let eve: TestBrowser;
  let notes: AppUnderTest;

  before(async () => {
    installation = await start({ LATCHKEY_SUPPORT_CONTACT: 'help@example.com' });
    ada = await setUp(installation);
    eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const group = await installation.administration.groups.add({ name: 'Editors' });
    await installation.administration.groups.addMember({ group: 'Editors', user: 'ada' });
    notes = await addApp(installation, { kind: 'web', allowedGroups: [group.id] });
  });

  const refusedTo = async (browser: TestBrowser, parameters = {}): Promise<Answer> => {
    const page = await browser.follow(notes.authorizationUrl(parameters));
    assert.equal(page.status, 403, page.text.slice(0, 300));
    assert.match(page.text, /You may not use Notes/);
    return page;
  };
  const press = async (browser: TestBrowser, page: Answer, button: 'consent' | 'abort') => {
    const { urls } = pageData<{ urls: Record<typeof button, string> }>(page);
    return json<{ location: string }>(await browser.post(urls[button], {})).location;
  };
  const setMember = (isMember: boolean) =>
    installation.administration.groups[isMember ? 'addMember' : 'removeMember']({
      group: 'Editors',
      user: 'ada',
    });

  it('lets them in, and tells others in their language whom to ask', async () => {
    assert.ok((await notes.tokens(ada)).access_token);
    const page = await refusedTo(eve);
    assert.match(page.text, /signed in as .*Eve/s);
    assert.match(page.text, /mailto:help@example\.com/);
    const german = await eve.get(page.location ?? '', { 'accept-language': 'de' });
    assert.match(german.text, /Sie dürfen Notes nicht verwenden/);
  });

  it('tells the app when the person goes back, and with prompt=none at once', async () => {
    const back = await authorize(eve, await press(eve, await refusedTo(eve), 'abort'));
    assert.deepEqual(
      [back.searchParams.get('error'), back.searchParams.get('code')],
      ['access_denied', null],
    );
    const none = await notes.answerOf(eve, { prompt: 'none' });
    assert.deepEqual([none.get('error'), none.get('code')], ['access_denied', null]);
  });

  it('goes on with another account, and asks again where it is the same one', async () => {
    const shared = { ...eve, cookies: eve.cookies };
    const signIn = await shared.follow(await press(shared, await refusedTo(shared), 'consent'));
    assert.equal(pageData<{ kind: string }>(signIn).kind, 'sign-in');
    const same = await shared.follow(await answerSignIn(shared, signIn));
    assert.equal(same.status, 403);
    const again = await shared.follow(await press(shared, same, 'consent'));
    const withAda = createBrowser(installation.origin, {
      of: { cookies: shared.cookies, seen: shared.seen, authenticator: ada.authenticator },
    });
    const left = await submitForm(withAda, await withAda.get(await answerSignIn(withAda, again)));
    const landed = await authorize(withAda, left.location ?? '');
    assert.ok(landed.searchParams.get('code'), String(landed));
    eve = await addPerson(installation, { name: 'Eve', userName: 'eve2' });
  });

  it('keeps nothing of who may not use it', async () => {
    await refusedTo(eve);
    const account = await installation.storage.accounts.findByUserNameKey('eve2');
    const grants = await installation.storage.artifacts.listByAccount(account?.sub ?? '', 'Grant');
    assert.deepEqual(grants, []);
  });

  it('ends what was given to who leaves the group: sessions, refresh tokens, userinfo', async () => {
    const offline = { scope: 'openid profile offline_access', prompt: 'consent' };
    const { access_token, refresh_token } = await notes.tokens(ada, offline);
    await setMember(false);
    assertRefused(await notes.refresh(refresh_token), 'invalid_grant');
    assert.equal((await notes.userInfo(access_token)).status, 401);
    await refusedTo(ada);
    assert.equal((await notes.answerOf(ada, { prompt: 'none' })).get('error'), 'access_denied');
    await setMember(true);
    assert.ok((await notes.answerOf(ada, { prompt: 'none' })).get('code'));
  });

  it('is not redeemed a code for who left meanwhile', async () => {
    const code = await notes.code(ada);
    await setMember(false);
    assertRefused(await notes.redeem(code), 'invalid_grant');
    await setMember(true);
  });

  it('holds for devices too', async () => {
    const group = await installation.administration.groups.add({ name: 'Viewers' });
    const television = await addApp(installation, {
      name: 'Television',
      kind: 'device',
      redirectUris: [],
      allowedGroups: [group.id],
    });
    const asking = await device(installation.origin, television.id);
    const { user_code, device_code } = await asking.begin();
    const page = await answerDevice(ada, await typeCode(ada, user_code), 'confirm');
    assert.match(page.text, /You may not use Television/);
    assert.match((await ada.follow(await press(ada, page, 'abort'))).text, /Nothing was connected/);
    assert.equal((await asking.poll(device_code)).body.error, 'access_denied');
  });

  it('is in force as soon as an administrator says so', async () => {
    const open = await addApp(installation, { kind: 'web' });
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const { refresh_token } = await open.tokens(eve, offline);
    const group = await installation.administration.groups.add({ name: 'Others' });
    await installation.administration.apps.update({ id: open.id, allowedGroups: [group.id] });
    // Another process sees it within a second or two.
    await delay(2500);
    assertRefused(await open.refresh(refresh_token), 'invalid_grant');
  });
});
