import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { addApi } from '../testing/apis.ts';
import { addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send, withRole } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('token exchange at the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'invitation', LATCHKEY_IMPERSONATION: 'on' });
    ada = await setUp(installation);
  });

  const exchangeOf = async (id: string) =>
    (await installation.administration.apps.show({ id })).tokenExchange;

  it('is allowed by name, works at once, and is taken away', async () => {
    const shop = await addApp(installation, { name: 'Till', kind: 'web' });
    const gateway = await addApp(installation, { name: 'Gateway', kind: 'web' });
    const apps = [shop, gateway].map(({ id }) => ({ id, people: ['read'] }));
    const api = await addApi(installation, { apps });
    const { text } = await ada.get(`/console/apps/${gateway.id}`);
    assert.match(text, /It may exchange nobody’s tokens/);
    const allowed = await send(ada, `/console/apps/${gateway.id}/exchange`, { app: 'Till' });
    assert.match(allowed.text, /It may exchange tokens of Till now/);
    assert.deepEqual(await exchangeOf(gateway.id), { apps: [shop.id] });
    const { access_token: token } = await shop.tokens(ada, { scope: 'openid read', resource: api.audience });
    const exchanged = await gateway.post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    assert.equal(exchanged.status, 200, JSON.stringify(exchanged.body));
    const taken = await send(ada, `/console/apps/${gateway.id}/end-exchange`, { app: shop.id });
    assert.match(taken.text, /Taken away/);
    assert.equal(await exchangeOf(gateway.id), undefined);
  });

  it('shows for which an app may also act in the names of people, and takes that away with them', async () => {
    const { id: other } = await addApp(installation, { name: 'Front', kind: 'web' });
    const { id } = await addApp(installation, {
      ...{ name: 'Helper', kind: 'web' },
      tokenExchange: { apps: [other], impersonates: [other] },
    });
    const { text } = await ada.get(`/console/apps/${id}`);
    assert.match(text, /Front<\/bdi><\/a><small>Also without saying who acts/);
    const { id: more } = await addApp(installation, { name: 'Back', kind: 'web' });
    await send(ada, `/console/apps/${id}/exchange`, { app: more });
    assert.deepEqual(await exchangeOf(id), { apps: [other, more], impersonates: [other] });
    await send(ada, `/console/apps/${id}/end-exchange`, { app: other });
    assert.deepEqual(await exchangeOf(id), { apps: [more] });
  });

  it('lets an app impersonate, and takes that away alone', async () => {
    const shop = await addApp(installation, { name: 'Counter', kind: 'web' });
    const desk = await addApp(installation, {
      ...{ name: 'Help desk', kind: 'web', tokenExchange: { apps: [shop.id] } },
    });
    const apps = [shop, desk].map(({ id }) => ({ id, people: ['read'] }));
    const api = await addApi(installation, { apps });
    const grace = await addPerson(installation, { name: 'Grace Hopper', userName: 'grace' });
    const { access_token } = await shop.tokens(grace, { scope: 'openid read', resource: api.audience });
    const impersonated = () =>
      desk.post('/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        requested_token_type: 'urn:latchkey:token-type:impersonation',
      });
    assert.equal((await impersonated()).status, 400);
    const page = `/console/apps/${desk.id}`;
    const allowed = await send(ada, `${page}/impersonate`, { app: shop.id });
    assert.match(allowed.text, /With tokens of Counter it may also impersonate now/);
    assert.deepEqual(await exchangeOf(desk.id), { apps: [shop.id], impersonates: [shop.id] });
    const { status, body } = await impersonated();
    assert.equal(status, 200, JSON.stringify(body));
    const ended = await send(ada, `${page}/end-impersonation`, { app: shop.id });
    assert.match(ended.text, /It says who acts again/);
    assert.deepEqual(await exchangeOf(desk.id), { apps: [shop.id] });
    assert.equal((await impersonated()).status, 400);
  });

  it('is let impersonate by whoever may give roles alone, and no app whose tokens it may not exchange', async () => {
    const { id: other } = await addApp(installation, { name: 'Ledger', kind: 'web' });
    const { id } = await addApp(installation, {
      ...{ name: 'Clerk', kind: 'web', tokenExchange: { apps: [other] } },
    });
    const page = `/console/apps/${id}`;
    const keeper = await withRole(installation, 'keeper', 'person');
    await installation.administration.people.update({ user: 'keeper', administers: [id, other] });
    assert.match((await keeper.get(page)).text, /end-exchange/);
    assert.doesNotMatch((await keeper.get(page)).text, /impersonate"|LATCHKEY_IMPERSONATION/);
    const refused = await send(keeper, `${page}/impersonate`, { app: other });
    assert.match(refused.text, /class="notice problem"/);
    assert.deepEqual(await exchangeOf(id), { apps: [other] });
    await send(ada, `${page}/impersonate`, { app: other });
    assert.match((await keeper.get(page)).text, /end-impersonation/);
    await send(keeper, `${page}/end-impersonation`, { app: other });
    assert.deepEqual(await exchangeOf(id), { apps: [other] });
    const { id: third } = await addApp(installation, { name: 'Vault', kind: 'web' });
    const beyond = await send(ada, `${page}/impersonate`, { app: third });
    assert.match(beyond.text, /class="notice problem"/);
    assert.deepEqual(await exchangeOf(id), { apps: [other] });
  });

  it('says who may not that they become no app that acts in the names of people', async () => {
    const { id: other } = await addApp(installation, { name: 'Front', kind: 'web' });
    const { id } = await addApp(installation, {
      ...{ name: 'Desk', kind: 'web' },
      tokenExchange: { apps: [other], impersonates: [other] },
    });
    const wim = await withRole(installation, 'wim', 'person');
    await installation.administration.people.update({ user: 'wim', administers: [id] });
    const before = await installation.storage.apps.findById(id);
    const refused = await wim.submit(`/console/apps/${id}/rotate`, { previousHours: '0' });
    assert.match(refused.text, /Your role does not allow this/);
    assert.doesNotMatch(refused.text, /id="client-secret"/);
    assert.deepEqual(await installation.storage.apps.findById(id), before);
    const rotated = await send(ada, `/console/apps/${id}/rotate`, { previousHours: '24' });
    assert.match(rotated.text, /id="client-secret"/);
  });

  it('refuses an app that is not there, and the app itself, beside the field', async () => {
    const { id } = await addApp(installation, { name: 'Alone', kind: 'machine', redirectUris: [] });
    for (const [app, problem] of [
      ['nobody', /There is nothing by this name/],
      [id, /Must be another app than this one/],
    ] as const) {
      const { text } = await ada.submit(`/console/apps/${id}/exchange`, { app });
      assert.match(/id="exchange-app-problem">([^<]*)</.exec(text)?.[1] ?? '', problem);
      assert.ok(text.includes(`value="${app}"`));
    }
    assert.equal(await exchangeOf(id), undefined);
  });

  it('is not there for apps without a secret, and shown alone to who may not change the app', async () => {
    const browser = await addApp(installation, { name: 'Page' });
    assert.doesNotMatch((await ada.get(`/console/apps/${browser.id}`)).text, /Token exchange/);
    const known = await addApp(installation, {
      name: 'Known',
      kind: 'web',
      tokenExchange: { apps: [browser.id] },
    });
    const auditor = await withRole(installation, 'auditor', 'auditor');
    const { text } = await auditor.get(`/console/apps/${known.id}`);
    assert.match(text, /Token exchange/);
    assert.doesNotMatch(text, /end-exchange|name="app"/);
    const refused = await auditor.submit(`/console/apps/${known.id}/end-exchange`, { app: browser.id });
    assert.equal(refused.status, 303);
    assert.deepEqual(await exchangeOf(known.id), { apps: [browser.id] });
  });
});
