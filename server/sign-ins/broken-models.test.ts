import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { hardwareCatalogue, hardwareModel, withSecurityKey } from '../testing/hardware-key.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, json, type SignInPageData, setUp } from '../testing/journeys.ts';
import { type LogoutReceiver, startLogoutReceiver, verifyLogoutToken } from '../testing/logout-receiver.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { removePasskey } from '../testing/own-account.ts';
import { until } from '../testing/until.ts';

const revoked = { ...hardwareModel, statuses: ['REVOKED'] };
/** A review, and a round of whoever follows it. */
const patience = 15;

onEveryStorage('a model that is found broken', (start) => {
  const models = hardwareCatalogue();
  let installation: TestInstallation;
  let receiver: LogoutReceiver;
  let app: AppUnderTest;
  let person: TestBrowser;

  before(async () => {
    installation = await start({}, { models });
    await setUp(installation);
    receiver = await startLogoutReceiver();
    app = await addApp(installation, { consent: 'implicit', backchannelLogoutUri: receiver.uri });
    person = await addPerson(installation, { name: 'Grace', userName: 'grace' });
  });

  after(() => receiver[Symbol.asyncDispose]());

  const stranger = (authenticator = person.authenticator) =>
    createBrowser(installation.origin, { of: { cookies: new Map(), seen: new Set(), authenticator } });
  async function answerOnce(browser: TestBrowser) {
    const page = await browser.follow(app.authorizationUrl());
    const { options, urls } = pageData<SignInPageData>(page);
    return browser.post(urls.login, { response: browser.authenticator.get(options) });
  }

  it('ends sessions and grants that came from it, tells apps, writes it down, and leaves the others alone', async () => {
    const key = await withSecurityKey(installation, person);
    const [withKey, withPhone] = [stranger(key.authenticator), stranger()];
    const [lost, kept] = [await app.tokens(withKey), await app.tokens(withPhone)];
    const told = receiver.tokens.length;
    models.model = revoked;
    await until('the session ends', async () => (await withKey.get('/account')).status === 303, patience);
    assertRefused(await app.refresh(lost.refresh_token), 'invalid_grant');
    assert.equal((await app.refresh(kept.refresh_token)).status, 200);
    assert.equal((await withPhone.get('/account')).status, 200);
    const [token] = (await receiver.received(told + 1)).slice(told);
    const place = { origin: installation.origin, appId: app.id };
    assert.ok((await verifyLogoutToken(token, place)).sub);
    const refused = await answerOnce(stranger(key.authenticator));
    assert.equal(refused.status, 403);
    assert.equal(json<{ reason: string }>(refused).reason, 'status_refused');
    const page = (await withPhone.get('/account')).text;
    assert.match(page, /This kind of key was found to be unsafe .* no longer signs you in/);
    const events = async () => {
      const listed = await installation.storage.auditEvents.list({ limit: 500 });
      return listed.filter(({ type }) => type.startsWith('passkey.model_'));
    };
    await until('it is written down', async () => (await events()).length > 0, patience);
    assert.deepEqual(
      (await events()).map(({ type, passkeyId, details }) => [type, passkeyId, details?.statuses]),
      [['passkey.model_refused', key.passkeyId, 'REVOKED']],
    );
    const { items: affected } = await installation.administration.metadata.affected({});
    assert.deepEqual(
      affected.map(({ userName, passkey }) => [userName, passkey.id, passkey.modelAlert]),
      [['grace', key.passkeyId, ['REVOKED']]],
    );
    models.model = hardwareModel;
    await until(
      'it signs in again',
      async () => (await answerOnce(stranger(key.authenticator))).status === 200,
      patience,
    );
  });
});

onEveryStorage('a model that is found broken, where people are asked for another passkey', (start) => {
  const models = hardwareCatalogue();

  it('asks for another one after each sign-in with it, until there is one, and refuses nothing', async () => {
    models.model = hardwareModel;
    const installation = await start({ LATCHKEY_BROKEN_MODELS: 'ask' }, { models });
    const ada = await setUp(installation);
    const app = await addApp(installation, { consent: 'implicit' });
    const key = await withSecurityKey(installation, ada);
    const [phone] = ada.authenticator.credentials;
    models.model = revoked;
    const isSeen = async () => {
      const { passkeys: now } = await installation.administration.people.show({ user: 'ada' });
      return now.some(({ modelAction }) => modelAction === 'ask');
    };
    await until('it is seen', isSeen, patience);
    const browser = createBrowser(installation.origin, {
      of: { cookies: new Map(), seen: new Set(), authenticator: key.authenticator },
    });
    assert.ok(await app.code(browser), 'there is another one already');
    assert.match((await ada.get('/account')).text, /found to be unsafe .* It still works/);
    assert.equal((await removePasskey(browser, phone?.id ?? '')).status, 200);
    const page = await browser.follow(app.authorizationUrl({ prompt: 'login' }));
    const asked = await browser.follow(await answerSignIn(browser, page));
    assert.match(asked.text, /Please change your passkey/);
    const { urls } = pageData<{ urls: { consent: string } }>(asked);
    const { location } = json<{ location: string }>(await browser.post(urls.consent, {}));
    assert.match((await browser.follow(location)).location ?? '', /code=/);
  });
});
