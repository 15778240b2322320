import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiFacts } from '../admin/apis.ts';
import { apiResource } from '../apps/api-scopes.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import {
  type AppUnderTest,
  addApp,
  assertRefused,
  type Parameters,
  payloadOf,
} from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { accessTokenType, exchange } from '../testing/token-exchange.ts';
import { impersonation } from './impersonation.ts';

const web = { kind: 'web' as const };
const impersonate = (app: AppUnderTest, token: string, more: Parameters = {}) =>
  exchange(app, token, { requested_token_type: impersonation, ...more });

onEveryStorage('impersonation', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let grace: TestBrowser;
  /** The person signs in to it. */
  let shop: AppUnderTest;
  /** It may stand in the place of people of the shop. */
  let desk: AppUnderTest;
  /** It may act for them, and says so. */
  let gateway: AppUnderTest;
  /** It may exchange what the desk has. */
  let printer: AppUnderTest;
  let warehouse: AppUnderTest;
  let signed: ApiFacts;
  let opaque: ApiFacts;

  before(async () => {
    installation = await start({ LATCHKEY_IMPERSONATION: 'on' });
    ada = await setUp(installation);
    grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    shop = await addApp(installation, { ...web, name: 'Web Shop' });
    const ofShop = { apps: [shop.id], impersonates: [shop.id] };
    desk = await addApp(installation, { ...web, name: 'Help Desk', tokenExchange: ofShop });
    gateway = await addApp(installation, { ...web, tokenExchange: { apps: [shop.id] } });
    const ofOthers = { apps: [desk.id, gateway.id], impersonates: [desk.id, gateway.id] };
    printer = await addApp(installation, { ...web, tokenExchange: ofOthers });
    warehouse = await addApp(installation, web);
    const apps = [shop, desk, gateway, printer].map(({ id }) => ({ id, people: ['read', 'write'] }));
    signed = await addApi(installation, { apps, name: 'Orders' });
    opaque = await addApi(installation, { apps, tokenFormat: 'opaque', introspectedBy: [warehouse.id] });
  });

  const tokenOf = async (browser: TestBrowser, api: ApiFacts, scope = 'openid read write') =>
    (await shop.tokens(browser, { scope, resource: api.audience })).access_token;
  const asked = async (token: unknown) =>
    (await warehouse.post('/token/introspection', { token: String(token) })).body;
  let people = 0;
  async function somebody(): Promise<{ user: string; browser: TestBrowser }> {
    people += 1;
    const user = `person${people}`;
    return { user, browser: await addPerson(installation, { name: user, userName: user }) };
  }

  it('stands in the place of the person for five minutes, and says neither who acts nor how they signed in', async () => {
    const subject = await tokenOf(grace, signed);
    const { status, body } = await impersonate(desk, subject, { scope: 'read' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(
      [body.issued_token_type, body.token_type, body.scope, body.expires_in],
      [accessTokenType, 'Bearer', 'read', 300],
    );
    assert.deepEqual([body.refresh_token, body.id_token], [undefined, undefined]);
    const [before, after] = [payloadOf(subject), payloadOf(String(body.access_token))];
    assert.deepEqual(
      [after.sub, after.client_id, after.aud, Number(after.exp) - Number(after.iat)],
      [before.sub, desk.id, signed.audience, 300],
    );
    assert.deepEqual(
      Object.keys(after).toSorted(),
      ['aud', 'client_id', 'exp', 'grant_id', 'iat', 'iss', 'jti', 'scope', 'sub'].toSorted(),
    );
  });

  it('is told so of an opaque one, and nothing more', async () => {
    const { body } = await impersonate(desk, await tokenOf(grace, opaque));
    const told = await asked(body.access_token);
    assert.deepEqual([told.active, told.client_id, told.scope], [true, desk.id, 'read write']);
    for (const claim of ['act', 'acr', 'amr', 'auth_time', 'sign_in_id']) assert.ok(!(claim in told), claim);
    assert.ok(Number(told.exp) - Number(told.iat) <= 300);
  });

  it('is nothing that an app gets without asking for it: without that name, who acts is said', async () => {
    const subject = await tokenOf(grace, signed);
    for (const more of [{}, { requested_token_type: accessTokenType }]) {
      const { body } = await exchange(desk, subject, more);
      assert.deepEqual(payloadOf(String(body.access_token)).act, { sub: desk.id });
    }
  });

  it('ends with the token that it came of', async () => {
    const apps = [shop, desk].map(({ id }) => ({ id, people: ['read'] }));
    const brief = await addApi(installation, { apps, tokenLifetime: 60 });
    const subject = await tokenOf(grace, brief, 'openid read');
    await delay(1100);
    const { body } = await impersonate(desk, subject);
    assert.equal(payloadOf(String(body.access_token)).exp, payloadOf(subject).exp);
    assert.ok(Number(body.expires_in) < 60);
  });

  describe('is refused', () => {
    it('O29 to an app that is not allowed it for that app, though it may act for it', async () => {
      const subject = await tokenOf(grace, signed);
      assert.equal((await exchange(gateway, subject)).status, 200);
      for (const app of [gateway, printer, warehouse, shop])
        assertRefused(await impersonate(app, subject), 'invalid_request');
    });

    it('O29 of whoever administers anything', async () => {
      assertRefused(await impersonate(desk, await tokenOf(ada, signed)), 'invalid_request');
      const roles = [{ role: 'support' }, { role: 'auditor' }, { administers: [shop.id] }] as const;
      for (const some of roles) {
        const { user, browser } = await somebody();
        await installation.administration.people.update({ user, ...some } as never);
        const subject = await tokenOf(browser, signed);
        assert.equal((await exchange(desk, subject)).status, 200, 'who acts may be said');
        assertRefused(await impersonate(desk, subject), 'invalid_request');
      }
    });

    it('O29 for our own API, and for another than that of the token', async () => {
      const subject = await tokenOf(grace, signed);
      const own = apiResource(installation.config.issuer);
      for (const audience of [own, opaque.audience, installation.config.issuer]) {
        assertRefused(await impersonate(desk, subject, { resource: audience }), 'invalid_target');
        assertRefused(await impersonate(desk, subject, { audience }), 'invalid_target');
      }
      const console = await addApp(installation, { ...web, apiScopes: ['people:read'] });
      const ofConsole = { apps: [console.id], impersonates: [console.id] };
      const acting = await addApp(installation, {
        ...{ ...web, apiScopes: ['people:read'], tokenExchange: ofConsole },
      });
      const asking = { scope: 'openid people:read', resource: own };
      const { access_token } = await console.tokens(ada, asking);
      assertRefused(await impersonate(acting, access_token), 'invalid_request');
      const { body } = await impersonate(desk, subject);
      const answer = await fetch(`${own}/people`, {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      assert.equal(answer.status, 401);
    });

    it('O29 for more scopes than the token has', async () => {
      const narrow = await tokenOf(grace, signed, 'openid read');
      for (const scope of ['write', 'read write', 'read openid', 'read people:read'])
        assertRefused(await impersonate(desk, narrow, { scope }), 'invalid_scope');
    });

    it('of a token in which an app acts already, and no token comes of an impersonation', async () => {
      const subject = await tokenOf(grace, signed);
      const delegated = String((await exchange(gateway, subject)).body.access_token);
      assertRefused(await impersonate(printer, delegated), 'invalid_request');
      for (const api of [signed, opaque]) {
        const { body } = await impersonate(desk, await tokenOf(grace, api));
        const token = String(body.access_token);
        assertRefused(await exchange(printer, token), 'invalid_request');
        assertRefused(await impersonate(printer, token), 'invalid_request');
        assertRefused(await impersonate(desk, token), 'invalid_request');
      }
    });

    it('with an actor token, which would say who acts', async () => {
      const subject = await tokenOf(grace, signed);
      const actor = { actor_token: subject, actor_token_type: accessTokenType };
      assertRefused(await impersonate(desk, subject, actor), 'invalid_request');
    });
  });

  describe('is worth nothing any more', () => {
    type End = (user: string, browser: TestBrowser) => Promise<unknown>;
    const ends: [string, End][] = [
      [
        'the person gets a role',
        (user) => installation.administration.people.update({ user, role: 'auditor' }),
      ],
      [
        'the person administers an app',
        (user) => installation.administration.people.update({ user, administers: [shop.id] }),
      ],
      ['the person is disabled', (user) => installation.administration.people.disable({ user })],
      ['the person is signed out', (user) => installation.administration.sessions.endAll({ user })],
      [
        'the person disconnects the app',
        (_, browser) => browser.post('/account/apps/disconnect', { appId: shop.id }),
      ],
    ];
    for (const [name, end] of ends)
      it(`once ${name}`, async () => {
        const { user, browser } = await somebody();
        const token = (await impersonate(desk, await tokenOf(browser, opaque))).body.access_token;
        assert.equal((await asked(token)).active, true);
        await end(user, browser);
        assert.deepEqual(await asked(token), { active: false });
      });

    it('once the app is not allowed it any more, or has no part in the API', async () => {
      const { administration } = installation;
      const tokenExchange = { apps: [shop.id], impersonates: [shop.id] };
      const token = (await impersonate(desk, await tokenOf(grace, opaque))).body.access_token;
      const isActive = async () => (await asked(token)).active === true;
      await administration.apps.update({ id: desk.id, tokenExchange: { apps: [shop.id] } });
      await within2Seconds(async () => !(await isActive()));
      await administration.apps.update({ id: desk.id, tokenExchange });
      await within2Seconds(isActive);
      const { apps } = await administration.apis.show({ api: opaque.id });
      await administration.apis.update({ api: opaque.id, apps: apps.filter(({ id }) => id !== shop.id) });
      await within2Seconds(async () => !(await isActive()));
      await administration.apis.update({ api: opaque.id, apps });
      await within2Seconds(isActive);
    });
  });

  it('leads an administrator to the app that has it and to the sign-in behind it, as every exchange does', async () => {
    const { user, browser } = await somebody();
    for (const api of [signed, opaque])
      for (const ask of [impersonate, exchange]) {
        const value = String((await ask(desk, await tokenOf(browser, api))).body.access_token);
        const traced = await installation.administration.sessions.trace({ value });
        assert.deepEqual(
          [traced.kind, traced.appId, traced.account?.userName, traced.signIns.length],
          ['access token', desk.id, user, 1],
        );
      }
  });

  it('is shown to the person, and to nobody else, and is in the audit with both apps', async () => {
    const { user, browser } = await somebody();
    const page = async (by: TestBrowser) => (await by.get('/account')).text.replaceAll(/<[^>]+>/g, '');
    assert.doesNotMatch(await page(browser), /acted as you/);
    const { body } = await impersonate(desk, await tokenOf(browser, signed), { scope: 'read' });
    assert.match(await page(browser), /Help Desk\S* acted as you/);
    assert.match(await page(browser), /At \S*Orders\S*, with what you had allowed \S*Web Shop/);
    assert.doesNotMatch(await page(ada), /acted as you/);
    const { storage, administration } = installation;
    const { account } = await administration.people.show({ user });
    const events = await storage.auditEvents.listByAccount(account.id, { limit: 100 });
    const event = events.find(({ type }) => type === 'token.impersonated') ?? assert.fail();
    assert.deepEqual(
      [event.appId, event.actor, event.details],
      [
        desk.id,
        { kind: 'app', id: desk.id },
        { of: shop.id, audience: signed.audience, scope: 'read', seconds: 300 },
      ],
    );
    assert.ok(event.signInId && event.passkeyId);
    assert.doesNotMatch(JSON.stringify(event), new RegExp(String(body.access_token)));
    await administration.apps.remove({ id: desk.id });
    await administration.people.disable({ user });
    await administration.people.enable({ user });
    const kept = await storage.artifacts.listByAccount(
      String(payloadOf(String(body.access_token)).sub),
      'Impersonation',
    );
    assert.equal(kept.length, 1, 'it stays, whatever becomes of the app and the account');
  });
});

onEveryStorage('impersonation that an installation allows no more', (start) => {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'latchkey-impersonation-'));
  after(() => folder.remove());

  it('O29 ends what it gave, as far as anybody asks; a JWT runs out at its API within five minutes', async () => {
    const settings = { LATCHKEY_DATA_DIR: folder.path };
    const before = await start({ ...settings, LATCHKEY_IMPERSONATION: 'on' });
    await setUp(before);
    const grace = await addPerson(before, { name: 'Grace', userName: 'grace' });
    const shop = await addApp(before, web);
    const tokenExchange = { apps: [shop.id], impersonates: [shop.id] };
    const desk = await addApp(before, { ...web, tokenExchange });
    const warehouse = await addApp(before, web);
    const given = { apps: [shop, desk].map(({ id }) => ({ id, people: ['read'] })) };
    const signed = await addApi(before, given);
    const opaque = await addApi(before, { ...given, tokenFormat: 'opaque', introspectedBy: [warehouse.id] });
    const tokenOf = async ({ audience: resource }: ApiFacts) =>
      (await shop.tokens(grace, { scope: 'openid read', resource })).access_token;
    const [jwtOf, opaqueOf] = [await tokenOf(signed), await tokenOf(opaque)];
    const asked = async (token: unknown) =>
      (await warehouse.post('/token/introspection', { token: String(token) })).body;
    const [jwt, kept, delegated] = await Promise.all([
      impersonate(desk, jwtOf),
      impersonate(desk, opaqueOf),
      exchange(desk, opaqueOf),
    ]);
    assert.equal((await asked(kept.body.access_token)).active, true);
    await before[Symbol.asyncDispose]();
    await start({ ...settings, LATCHKEY_ISSUER: before.origin });
    assert.deepEqual(await asked(kept.body.access_token), { active: false });
    assert.equal((await asked(delegated.body.access_token)).active, true, 'who says who acts goes on');
    for (const token of [jwtOf, opaqueOf]) assertRefused(await impersonate(desk, token), 'invalid_request');
    const value = String(jwt.body.access_token);
    const { exp, iat } = payloadOf(value);
    assert.ok(Number(exp) - Number(iat) <= 300);
    assertRefused(await exchange(desk, value), 'invalid_request');
    assert.equal((await desk.userInfo(value)).status, 401);
  });
});

onEveryStorage('impersonation where the installation does not say that it is allowed', (start) => {
  it('O29 is refused to every app, and who acts may be said', async () => {
    const installation = await start();
    await setUp(installation);
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const shop = await addApp(installation, web);
    const ofShop = { apps: [shop.id], impersonates: [shop.id] };
    const desk = await addApp(installation, { ...web, tokenExchange: ofShop });
    const apps = [shop, desk].map(({ id }) => ({ id, people: ['read'] }));
    const api = await addApi(installation, { apps });
    const { access_token } = await shop.tokens(grace, { scope: 'openid read', resource: api.audience });
    assertRefused(await impersonate(desk, access_token), 'invalid_request');
    assert.equal((await exchange(desk, access_token)).status, 200);
  });
});
