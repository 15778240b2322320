import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { before, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as client from 'openid-client';
import type { NewApp } from '../../apps/validation.ts';
import { assertRefused, payloadOf } from '../../testing/app-under-test.ts';
import {
  addBackchannelApp,
  approveLatest,
  type BackchannelApp,
  latestFor,
  signFor,
  waitingFor,
} from '../../testing/backchannel.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, discover, json, setUp } from '../../testing/journeys.ts';
import { assertion, newKeyPair } from '../../testing/machine.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';

const minute = 60_000;

onEveryStorage('CIBA', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let eve: TestBrowser;
  let desk: BackchannelApp;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    desk = await addBackchannelApp(installation);
  });

  const adas = () => installation.storage.accounts.findByUserNameKey('ada');

  it('gives an app tokens once the person has approved with a passkey, as openid-client asks', async () => {
    const { config } = await discover(installation.origin, { ...desk, secret: desk.secret ?? assert.fail() });
    const begun = await client.initiateBackchannelAuthentication(config, {
      scope: 'openid profile offline_access',
      login_hint: 'Ada',
      binding_message: 'Call 4711',
    });
    assert.deepEqual([begun.interval, begun.expires_in], [5, 300]);
    const { html } = await waitingFor(ada);
    for (const shown of [/Phone Desk/, /Call 4711/, /Ada Lovelace/, /Ends in 5 minutes/])
      assert.match(html, shown);
    await approveLatest(ada);
    const page = await ada.get('/account');
    assert.match(page.text, /You approved what .*Phone Desk/);
    assert.match(page.text, /Approved by you for another device .*Call 4711/, 'it is listed with the app');
    const tokens = await client.pollBackchannelAuthenticationGrant(config, { ...begun, interval: 1 });
    assert.ok(tokens.refresh_token);
    const { sub, acr, amr, auth_time = 0 } = tokens.claims() as client.IDToken;
    assert.equal(sub, (await adas())?.sub);
    assert.deepEqual([acr, amr], ['phr', ['pop', 'user', 'mfa']]);
    assert.ok(Math.abs(Number(auth_time) - Date.now() / 1000) < 60);
    const about = await client.fetchUserInfo(config, tokens.access_token, sub);
    assert.equal(about.name, 'Ada Lovelace');
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(refreshed.claims()?.acr, 'phr');
  });

  it('writes down the sign-in with its passkey, app and receipt', async () => {
    const authReqId = await desk.begin({ login_hint: 'ada' });
    await approveLatest(ada);
    const { status, body } = await desk.poll(authReqId);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.refresh_token, undefined, 'there is no session that it could end with');
    const account = (await adas()) ?? assert.fail();
    const { items } = await installation.storage.signIns.listByAccount(account.id, { limit: 1 });
    assert.equal(items[0]?.appId, desk.id);
    assert.equal(payloadOf(String(items[0]?.receipt)).purpose, 'approve-request');
    assert.equal(payloadOf(String(body.id_token)).auth_time, Math.floor((items[0]?.at ?? 0) / 1000));
  });

  it('finds people by a verified address and by an ID token, and by no other hint', async () => {
    const account = (await adas()) ?? assert.fail();
    const before = (await waitingFor(ada)).ids.length;
    await desk.begin({ login_hint: 'ADA@example.org' });
    assert.equal((await waitingFor(ada)).ids.length, before, 'it is not verified');
    await installation.storage.accounts.update({ ...account, emailVerified: true }, account.revision);
    const authReqId = await desk.begin({ login_hint: 'ADA@example.org' });
    await approveLatest(ada);
    const { body } = await desk.poll(authReqId);
    const again = await desk.begin({ id_token_hint: String(body.id_token) });
    await approveLatest(ada);
    assert.equal((await desk.poll(again)).status, 200);
    for (const [fields, error] of [
      [{ login_hint_token: 'x' }, 'invalid_request'],
      [{}, 'invalid_request'],
      [{ login_hint: 'ada', id_token_hint: String(body.id_token) }, 'invalid_request'],
      [{ id_token_hint: 'x' }, 'invalid_request'],
      [{ login_hint: 'ada', user_code: '1234' }, 'invalid_request'],
      [{ login_hint: 'ada', requested_expiry: '-1' }, 'invalid_request'],
      [{ login_hint: 'ada', binding_message: 'two\nlines' }, 'invalid_binding_message'],
      [{ login_hint: 'ada', binding_message: '\u202e4711' }, 'invalid_binding_message'],
      [{ login_hint: 'ada', binding_message: 'x'.repeat(65) }, 'invalid_binding_message'],
      [{ login_hint: 'ada', scope: 'profile' }, 'invalid_request'],
    ] as const)
      assert.equal((await desk.ask(fields)).body.error, error, JSON.stringify(fields));
  });

  it('O10 tells an app nothing of whom there is: the answer is the same for nobody', async () => {
    const members = await installation.administration.groups.add({ name: 'Members' });
    const closed = await addBackchannelApp(installation, { allowedGroups: [members.id] });
    const disabled = await addPerson(installation, { name: 'Pat', userName: 'pat' });
    await installation.administration.people.disable({ user: 'pat' });
    for (const [app, login_hint] of [
      [desk, 'eve'],
      [desk, 'nobody'],
      [desk, 'nobody@example.org'],
      [desk, '\u0000 \u202e'],
      [desk, 'pat'],
      [closed, 'eve'],
    ] as const) {
      const { status, body } = await app.ask({ login_hint });
      assert.deepEqual(
        [status, Object.keys(body), body.expires_in],
        [200, ['expires_in', 'auth_req_id', 'interval'], 300],
      );
      assert.equal((await app.poll(String(body.auth_req_id))).body.error, 'authorization_pending');
    }
    assert.equal((await waitingFor(eve)).ids.length, 1);
    assert.equal((await disabled.get('/account/requests', { accept: 'application/json' })).status, 401);
    const { items } = await refusalsOf(desk.id);
    assert.ok(
      items.some(({ code }) => code === 'unknown_user_id'),
      'who looks after the app can see it',
    );
  });

  async function refusalsOf(appId: string) {
    for (let tries = 0; tries < 100; tries += 1, await delay(100)) {
      const found = await installation.storage.appRefusals.findById(appId);
      if (found) return { items: found.refusals };
    }
    return assert.fail('nothing was noted');
  }

  it('O7 takes a request that is signed by the algorithm of the app alone, where the app need not sign', async () => {
    const es256 = newKeyPair();
    const ed25519 = generateKeyPairSync('ed25519');
    const keys = [...es256.jwks.keys, ed25519.publicKey.export({ format: 'jwk' })];
    const security = { requestAlg: 'ES256' } as const;
    const signing = await addBackchannelApp(installation, { jwks: { keys }, security } as Partial<NewApp>);
    const issuer = installation.config.issuer;
    const request = (alg: string, key: KeyObject) => {
      const claims = { scope: 'openid', login_hint: 'ada', nbf: Math.floor(Date.now() / 1000) };
      return assertion({ id: signing.id, key, issuer }, { sub: undefined, ...claims }, { alg });
    };
    const asked = async (signed: Promise<string>) =>
      signing.post('/backchannel', { scope: 'openid', request: await signed });
    assertRefused(await asked(request('EdDSA', ed25519.privateKey)), 'invalid_request');
    const { status, body } = await asked(request('ES256', es256.privateKey));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal((await signing.ask({ login_hint: 'ada' })).status, 200, 'unsigned');
    for (const id of (await waitingFor(ada)).ids) await ada.post('/account/requests/decline', { id });
  });

  it('I1 gives nothing without an assertion by that person for that request', async () => {
    const authReqId = await desk.begin({ login_hint: 'ada', binding_message: 'first' });
    const first = await latestFor(ada);
    await desk.begin({ login_hint: 'ada', binding_message: 'second' });
    const second = await latestFor(ada);
    const approve = (browser: TestBrowser, body: object) => browser.post('/account/requests/approve', body);
    const signed = await signFor(ada, second);
    assert.equal((await approve(ada, { ...signed, id: first })).status, 400, 'it was for another request');
    assert.equal((await approve(eve, await signFor(ada, first))).status, 410, 'it is not theirs');
    const begun = await ada.post('/account/requests/options', { id: first });
    const { options } = json<{ options: never }>(begun);
    const foreign = {
      id: first,
      response: eve.authenticator.get({ ...(options as object), allowCredentials: [] } as never),
    };
    assert.equal((await approve(ada, foreign)).status, 400, 'it is a passkey of somebody else');
    const proof = await ada.post('/account/confirm/options', { purpose: 'add-passkey' });
    const other = { id: first, response: ada.authenticator.get(json<{ options: never }>(proof).options) };
    assert.equal((await approve(ada, other)).status, 400, 'it was for another purpose');
    const used = await signFor(ada, first);
    assert.equal((await desk.poll(authReqId)).body.error, 'authorization_pending');
    assert.equal((await approve(ada, used)).status, 200);
    assert.equal((await approve(ada, used)).status, 410);
    assert.equal((await desk.poll(authReqId)).status, 200);
    assert.equal((await ada.post('/account/requests/decline', { id: second })).status, 200);
  });

  it('tells the app when it was not them, and those who look after it', async () => {
    const authReqId = await desk.begin({ login_hint: 'ada' });
    const id = await latestFor(ada);
    assert.equal((await ada.post('/account/requests/decline', { id })).status, 200);
    assertRefused(await desk.poll(authReqId), 'access_denied');
    assert.equal((await ada.post('/account/requests/options', { id })).status, 410);
    const { items } = await installation.administration.audit.list({
      type: 'backchannel.declined',
      user: 'ada',
    });
    assert.equal(items[0]?.appId, desk.id);
  });

  it('tells an app that asks too often to slow down, and one that asks too late that it is over', async () => {
    const authReqId = await desk.begin({ login_hint: 'ada', requested_expiry: '60' });
    const error = async () => (await desk.poll(authReqId)).body.error;
    assert.equal(await error(), 'authorization_pending');
    assert.equal(await error(), 'slow_down');
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(5000);
      assert.equal(await error(), 'authorization_pending');
      mock.timers.tick(minute + 6000);
      assert.equal(await error(), 'expired_token');
      assert.deepEqual((await waitingFor(ada)).ids, []);
    } finally {
      mock.timers.reset();
    }
  });

  it('O22 shows five requests of one app to one person, and tells the app no more of whom there is', async () => {
    const busy = await addBackchannelApp(installation);
    const before = (await waitingFor(ada)).ids.length;
    for (const login_hint of ['ada', 'nobody'])
      for (let i = 0; i < 5; i += 1) await busy.begin({ login_hint });
    for (const login_hint of ['Ada', 'Nobody']) await busy.begin({ login_hint });
    assert.equal((await waitingFor(ada)).ids.length, before + 5);
    for (const id of (await waitingFor(ada)).ids) await ada.post('/account/requests/decline', { id });
  });

  it('ends what was given when the person disconnects the app', async () => {
    const authReqId = await desk.begin({ login_hint: 'ada', scope: 'openid offline_access' });
    await approveLatest(ada);
    const { body } = await desk.poll(authReqId);
    assert.equal((await ada.post('/account/apps/disconnect', { appId: desk.id })).status, 200);
    assertRefused(await desk.refresh(String(body.refresh_token)), 'invalid_grant');
  });

  it('is not for apps that it was not switched on for', async () => {
    const app = await addBackchannelApp(installation, { ciba: undefined });
    assert.equal((await app.ask({ login_hint: 'ada' })).status, 400);
  });

  it('logs nothing that oidc-provider would warn of', () => {
    assert.deepEqual(
      installation.log.filter((line) => line.includes('WARNING')),
      [],
    );
  });
});
