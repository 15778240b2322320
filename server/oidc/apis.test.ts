import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { ApiFacts } from '../admin/apis.ts';
import { apiResource } from '../apps/api-scopes.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { authorize, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere } from '../testing/sign-out.ts';

const machine = { kind: 'machine' as const, redirectUris: [] };
const web = { kind: 'web' as const };

onEveryStorage('APIs', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let shop: AppUnderTest;
  let worker: AppUnderTest;
  let invoices: ApiFacts;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    shop = await addApp(installation, web);
    worker = await addApp(installation, machine);
    invoices = await addApi(installation, {
      apps: [
        { id: shop.id, people: ['read', 'write'] },
        { id: worker.id, machine: ['read'] },
      ],
    });
  });

  const asking = (api: ApiFacts, scope = 'openid read') => ({ scope, resource: api.audience });
  const forItself = (app: AppUnderTest, api: ApiFacts, scope?: string) =>
    app.post('/token', { grant_type: 'client_credentials', resource: api.audience, scope });
  const consentOf = async (visitor: TestBrowser, app: AppUnderTest, parameters: Record<string, string>) => {
    const page = await visitor.follow(app.authorizationUrl(parameters));
    return page.status === 200 && pageData<{ kind: string }>(page).kind === 'consent' ? page.text : undefined;
  };

  it('get a JWT of RFC 9068 that says whose it is, and what it stands on', async () => {
    const { access_token } = await shop.tokens(browser, asking(invoices, 'openid read write'));
    const keys = createRemoteJWKSet(new URL(`${installation.origin}/jwks`));
    const { payload } = await jwtVerify(access_token, keys, {
      issuer: installation.config.issuer,
      audience: invoices.audience,
      typ: 'at+jwt',
    });
    assert.deepEqual([payload.client_id, payload.scope], [shop.id, 'read write']);
    for (const claim of ['sub', 'jti', 'grant_id', 'sign_in_id', 'acr', 'auth_time'])
      assert.ok(payload[claim], claim);
    assert.equal(Number(payload.exp) - Number(payload.iat), 600);
  });

  it('are asked about with the words of their administrator, once in all browsers', async () => {
    const app = await addApp(installation, web);
    const api = await addApi(installation, {
      name: 'Bills <b>&',
      scopes: [{ name: 'see', sentence: 'See <i>all</i> bills.' }],
      apps: [{ id: app.id, people: ['see'] }],
    });
    const page = await consentOf(browser, app, asking(api, 'openid see'));
    assert.match(page ?? '', /Bills &lt;b&gt;&amp;.*See &lt;i&gt;all&lt;\/i&gt; bills\./s);
    await app.tokens(browser, asking(api, 'openid see'));
    const elsewhere = await signInElsewhere(installation, browser);
    assert.equal(await consentOf(elsewhere, app, asking(api, 'openid see')), undefined);
    assert.match((await browser.get('/account')).text, /See &lt;i&gt;all&lt;\/i&gt; bills\./);
  });

  it('are not asked about where an app is first-party', async () => {
    const app = await addApp(installation, { ...web, consent: 'implicit' });
    const api = await addApi(installation, { apps: [{ id: app.id, people: ['read'] }] });
    assert.equal(await consentOf(browser, app, asking(api)), undefined);
    assert.equal((await app.tokens(browser, asking(api))).scope, 'read');
  });

  it('give a machine what it may have for itself, by the algorithm and for the time that they say', async () => {
    const api = await addApi(installation, {
      signingAlg: 'PS256',
      tokenLifetime: 120,
      apps: [{ id: worker.id, machine: ['read'], people: ['write'] }],
    });
    const { body } = await forItself(worker, api, 'read');
    const header = JSON.parse(
      Buffer.from(String(body.access_token).split('.')[0] ?? '', 'base64url').toString(),
    );
    assert.deepEqual([header.alg, header.typ, body.expires_in, body.scope], ['PS256', 'at+jwt', 120, 'read']);
    const { sub, client_id, grant_id } = payloadOf(String(body.access_token));
    assert.deepEqual([sub, client_id, grant_id], [worker.id, worker.id, undefined]);
    assertRefused(await forItself(worker, api, 'write'), 'invalid_scope');
    assertRefused(await forItself(worker, api), 'invalid_scope');
  });

  it('O29 give no app more than it is allowed there, and nothing of our own API', async () => {
    const stranger = await addApp(installation, machine);
    assertRefused(await forItself(stranger, invoices, 'read'), 'invalid_target');
    assertRefused(await forItself(worker, invoices, 'write'), 'invalid_scope');
    assertRefused(
      await forItself(worker, { ...invoices, audience: `${invoices.audience}/` }, 'read'),
      'invalid_target',
    );
    assertRefused(
      await forItself(
        worker,
        { ...invoices, audience: apiResource(installation.config.issuer) },
        'people:read',
      ),
      'invalid_target',
    );
    for (const scope of ['openid delete', 'openid read people:read']) {
      const answer = await shop.answerOf(browser, asking(invoices, scope));
      assert.equal(answer.get('error'), 'invalid_scope');
    }
    const resources = `&resource=${encodeURIComponent(apiResource(installation.config.issuer))}`;
    const page = await browser.follow(`${shop.authorizationUrl(asking(invoices))}${resources}`);
    assert.equal(new URL(page.location ?? '').searchParams.get('error'), 'invalid_target');
  });

  it('several at once: one consent, and a token for one at a time (RFC 8707 §2.2)', async () => {
    const other = await addApi(installation, {
      scopes: [{ name: 'print', sentence: 'Print.' }],
      apps: [{ id: shop.id, people: ['print'] }],
    });
    const more = `&resource=${encodeURIComponent(other.audience)}`;
    const url = `${shop.authorizationUrl(asking(invoices, 'openid read print offline_access'))}&prompt=consent${more}`;
    const code = (await authorize(browser, url)).searchParams.get('code') ?? '';
    const first = await shop.redeem(code, { resource: other.audience });
    assert.deepEqual(
      [first.body.scope, payloadOf(String(first.body.access_token)).aud],
      ['print', other.audience],
    );
    const next = await shop.refresh(String(first.body.refresh_token), { resource: invoices.audience });
    assert.deepEqual(
      [next.body.scope, payloadOf(String(next.body.access_token)).aud],
      ['read', invoices.audience],
    );
    assertRefused(
      await shop.refresh(String(next.body.refresh_token), { resource: 'https://elsewhere.example' }),
      'invalid_target',
    );
  });

  it('with opaque tokens learn of those that are for them, and nobody else does', async () => {
    const [itself, stranger] = [await addApp(installation, web), await addApp(installation, web)];
    const api = await addApi(installation, {
      tokenFormat: 'opaque',
      apps: [{ id: shop.id, people: ['read', 'write'] }],
      introspectedBy: [itself.id],
    });
    const { access_token: token } = await shop.tokens(browser, asking(api, 'openid read write'));
    assert.doesNotMatch(token, /\./);
    const ask = async (app: AppUnderTest) => (await app.post('/token/introspection', { token })).body;
    const told = await ask(itself);
    assert.deepEqual(
      [told.active, told.client_id, told.aud, told.scope, typeof told.sub, typeof told.grant_id],
      [true, shop.id, api.audience, 'read write', 'string', 'string'],
    );
    assert.deepEqual(await ask(stranger), { active: false });
    assert.equal((await shop.userInfo(token)).status, 403);
    await itself.post('/token/revocation', { token });
    assert.equal((await ask(itself)).active, true, 'an API does not end what was given to an app');

    const { administration } = installation;
    await administration.apis.update({ api: api.id, apps: [{ id: shop.id, people: ['read'], machine: [] }] });
    await within2Seconds(async () => (await ask(itself)).scope === 'read');
    await administration.apis.remove({ api: api.id });
    await within2Seconds(async () => (await ask(itself)).active === false);
    assert.deepEqual(await ask(shop), { active: false });
    await addApi(installation, {
      audience: api.audience,
      tokenFormat: 'opaque',
      apps: [{ id: shop.id, people: ['read'] }],
      introspectedBy: [itself.id],
    });
    await within2Seconds(async () => (await consentOf(browser, shop, asking(api))) !== undefined);
  });

  it('that are changed or removed are so for refresh tokens too, within 2 s', async () => {
    const api = await addApi(installation, { apps: [{ id: shop.id, people: ['read', 'write'] }] });
    const offline = { ...asking(api, 'openid read write offline_access'), prompt: 'consent' };
    let { refresh_token: token } = await shop.tokens(browser, offline);
    const next = async () => {
      const answer = await shop.refresh(token, { resource: api.audience });
      if (answer.status === 200) token = String(answer.body.refresh_token);
      return answer;
    };
    const { administration } = installation;
    await administration.apis.update({ api: api.id, apps: [{ id: shop.id, people: ['read'], machine: [] }] });
    await within2Seconds(async () => (await next()).body.scope === 'read');
    await administration.apis.remove({ api: api.id });
    await within2Seconds(async () => (await next()).body.error === 'invalid_target');
  });
});
