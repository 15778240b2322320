import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { generateKeyPair, SignJWT } from 'jose';
import type { ApiFacts } from '../admin/apis.ts';
import { apiResource } from '../apps/api-scopes.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { accessTokenType as accessToken, exchange } from '../testing/token-exchange.ts';

const web = { kind: 'web' as const };

onEveryStorage('token exchange', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  /** The person signs in to it. */
  let shop: AppUnderTest;
  /** These act for it, one after the other. */
  let gateway: AppUnderTest;
  let printer: AppUnderTest;
  let stranger: AppUnderTest;
  let signed: ApiFacts;
  let opaque: ApiFacts;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    shop = await addApp(installation, web);
    gateway = await addApp(installation, { ...web, tokenExchange: { apps: [shop.id] } });
    printer = await addApp(installation, { ...web, tokenExchange: { apps: [gateway.id] } });
    stranger = await addApp(installation, web);
    const apps = [shop, gateway, printer].map(({ id }) => ({ id, people: ['read', 'write'] }));
    apps.push({ id: stranger.id, people: ['read'] });
    signed = await addApi(installation, { apps });
    opaque = await addApi(installation, { apps, tokenFormat: 'opaque', introspectedBy: [stranger.id] });
  });

  const tokenOf = async (browser: TestBrowser, api: ApiFacts, scope = 'openid read write') =>
    (await shop.tokens(browser, { scope, resource: api.audience })).access_token;
  const asked = async (token: unknown) =>
    (await stranger.post('/token/introspection', { token: String(token) })).body;

  it('says whose it is, and who acts, and lives no longer', async () => {
    const subject = await tokenOf(ada, signed);
    const { status, body } = await exchange(gateway, subject, { scope: 'read' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(
      [body.issued_token_type, body.token_type, body.scope, body.refresh_token, body.id_token],
      [accessToken, 'Bearer', 'read', undefined, undefined],
    );
    const [before, after] = [payloadOf(subject), payloadOf(String(body.access_token))];
    assert.deepEqual(
      [after.client_id, after.scope, after.act, after.aud],
      [gateway.id, 'read', { sub: gateway.id }, signed.audience],
    );
    for (const claim of ['sub', 'grant_id', 'sign_in_id', 'acr', 'auth_time'])
      assert.equal(after[claim], before[claim], claim);
    assert.ok(Number(after.exp) <= Number(before.exp));
  });

  it('keeps everybody who acted before, and ends where too many would', async () => {
    const first = await exchange(gateway, await tokenOf(ada, signed));
    const second = await exchange(printer, String(first.body.access_token));
    assert.deepEqual(payloadOf(String(second.body.access_token)).act, {
      sub: printer.id,
      act: { sub: gateway.id },
    });
    const { administration } = installation;
    await administration.apps.update({ id: gateway.id, tokenExchange: { apps: [shop.id, printer.id] } });
    let token = String(second.body.access_token);
    let answer = second;
    await within2Seconds(async () => (await exchange(gateway, token)).status === 200);
    for (let acted = 2; acted < 4; acted += 1) {
      answer = await exchange(acted % 2 === 0 ? gateway : printer, token);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      token = String(answer.body.access_token);
    }
    assertRefused(await exchange(gateway, token), 'invalid_request');
    await administration.apps.update({ id: gateway.id, tokenExchange: { apps: [shop.id] } });
    await within2Seconds(
      async () => (await exchange(gateway, String(second.body.access_token))).status === 400,
    );
  });

  it('gives opaque tokens that the API is told everything of, and that end with what they stand on', async () => {
    const person = await addPerson(installation, { name: 'Grace', userName: `grace${Date.now()}` });
    const { body } = await exchange(gateway, await tokenOf(person, opaque));
    const chained = await exchange(printer, String(body.access_token), { scope: 'write' });
    const told = await asked(chained.body.access_token);
    assert.deepEqual(
      [told.active, told.client_id, told.scope, told.act],
      [true, printer.id, 'write', { sub: printer.id, act: { sub: gateway.id } }],
    );
    assert.equal((await person.post('/account/apps/disconnect', { appId: shop.id })).status, 200);
    for (const token of [body.access_token, chained.body.access_token])
      assert.deepEqual(await asked(token), { active: false });
    assertRefused(await exchange(printer, String(body.access_token)), 'invalid_request');
  });

  it('is told of an opaque token no more than every app on the way may have today', async () => {
    const { body } = await exchange(gateway, await tokenOf(ada, opaque));
    assert.equal((await asked(body.access_token)).active, true);
    const api = opaque.audience;
    const { apps } = await installation.administration.apis.show({ api });
    const others = apps.filter(({ id }) => id !== shop.id);
    await installation.administration.apis.update({ api, apps: others });
    await within2Seconds(async () => (await asked(body.access_token)).active === false);
    await installation.administration.apis.update({ api, apps });
    await within2Seconds(async () => (await asked(body.access_token)).active === true);
  });

  describe('refuses', () => {
    it('O29 an app that is allowed none, another app’s token, and an app that was allowed none of that API', async () => {
      const subject = await tokenOf(ada, signed);
      assertRefused(await exchange(stranger, subject), 'invalid_request');
      assertRefused(await exchange(printer, subject), 'invalid_request');
      assertRefused(await exchange(shop, subject), 'invalid_request');
      const outsider = await addApp(installation, { ...web, tokenExchange: { apps: [shop.id] } });
      assertRefused(await exchange(outsider, subject), 'invalid_target');
    });

    it('O29 more scopes than the token has, and than the app may have', async () => {
      const narrow = await tokenOf(ada, signed, 'openid read');
      assertRefused(await exchange(gateway, narrow, { scope: 'write' }), 'invalid_scope');
      assertRefused(await exchange(gateway, narrow, { scope: 'read write' }), 'invalid_scope');
      assertRefused(await exchange(gateway, narrow, { scope: 'read openid' }), 'invalid_scope');
      assertRefused(await exchange(gateway, narrow, { scope: 'read people:read' }), 'invalid_scope');
      const small = await addApp(installation, { ...web, tokenExchange: { apps: [shop.id] } });
      await installation.administration.apis.update({
        api: signed.id,
        apps: [...signed.apps, { id: small.id, people: ['read'], machine: [] }],
      });
      const wide = await tokenOf(ada, signed);
      await within2Seconds(async () => (await exchange(small, wide)).body.scope === 'read');
      assertRefused(await exchange(small, wide, { scope: 'write' }), 'invalid_scope');
    });

    it('O29 another audience than that of the token, our own API above all', async () => {
      const subject = await tokenOf(ada, signed);
      for (const audience of [
        opaque.audience,
        apiResource(installation.config.issuer),
        'https://elsewhere.example',
      ]) {
        assertRefused(await exchange(gateway, subject, { resource: audience }), 'invalid_target');
        assertRefused(await exchange(gateway, subject, { audience }), 'invalid_target');
      }
      assert.equal((await exchange(gateway, subject, { resource: signed.audience })).status, 200);
      const console = await addApp(installation, { ...web, apiScopes: ['people:read'] });
      const acting = await addApp(installation, { ...web, tokenExchange: { apps: [console.id] } });
      const resource = apiResource(installation.config.issuer);
      const { access_token } = await console.tokens(ada, { scope: 'openid people:read', resource });
      assertRefused(await exchange(acting, access_token, { scope: 'people:read' }), 'invalid_request');
    });

    it('what is no access token of an API: ID tokens, refresh tokens, those for userinfo, of other issuers', async () => {
      const given = await shop.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
      const { privateKey } = await generateKeyPair('ES256');
      const forged = await new SignJWT(payloadOf(await tokenOf(ada, signed)))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
        .sign(privateKey);
      const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${forged.split('.')[1]}.`;
      for (const token of [
        given.id_token,
        given.refresh_token,
        given.access_token,
        forged,
        unsigned,
        'x',
        'a.b.c',
      ])
        assertRefused(await exchange(gateway, token), 'invalid_request');
      const subject = await tokenOf(ada, signed);
      for (const more of [
        { subject_token: undefined },
        { subject_token_type: undefined },
        { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
        { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
        { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
        { actor_token: subject, actor_token_type: accessToken },
      ])
        assertRefused(await exchange(gateway, subject, more), 'invalid_request');
    });

    it('a token that a machine has for itself', async () => {
      const machine = await addApp(installation, { kind: 'machine', redirectUris: [] });
      const api = await addApi(installation, {
        apps: [
          { id: machine.id, machine: ['read'] },
          { id: stranger.id, people: ['read'] },
        ],
      });
      const acting = await addApp(installation, { ...web, tokenExchange: { apps: [machine.id] } });
      const fields = { grant_type: 'client_credentials', scope: 'read', resource: api.audience };
      const { body } = await machine.post('/token', fields);
      assertRefused(await exchange(acting, String(body.access_token)), 'invalid_request');
    });

    it('the token of a person who was disabled, or signed out, or whose passkey was removed', async () => {
      const { administration } = installation;
      const ends: [string, (userName: string, browser: TestBrowser) => Promise<unknown>][] = [
        ['disabled', (user) => administration.people.disable({ user })],
        ['session', (user) => administration.sessions.endAll({ user })],
        [
          'passkey',
          async (user) => {
            const { passkeys } = await administration.people.show({ user });
            await administration.people.suspendPasskey({ user, passkeyId: passkeys[0]?.id ?? '' });
          },
        ],
      ];
      for (const [name, end] of ends) {
        const userName = `${name}${Date.now()}`;
        const browser = await addPerson(installation, { name, userName });
        const tokens = [await tokenOf(browser, signed), await tokenOf(browser, opaque)];
        for (const token of tokens) assert.equal((await exchange(gateway, token)).status, 200, name);
        await end(userName, browser);
        for (const token of tokens)
          await within2Seconds(async () => (await exchange(gateway, token)).body.error === 'invalid_request');
      }
    });

    it('whom an app is not for any more, and an app whose part in the API was taken back', async () => {
      const { administration } = installation;
      const api = await addApi(installation, {
        apps: [shop, gateway].map(({ id }) => ({ id, people: ['read'] })),
      });
      const subject = await tokenOf(ada, api, 'openid read');
      assert.equal((await exchange(gateway, subject)).status, 200);
      await administration.apis.update({
        api: api.id,
        apps: [{ id: gateway.id, people: ['read'], machine: [] }],
      });
      await within2Seconds(async () => (await exchange(gateway, subject)).body.error === 'invalid_request');
      const group = await administration.groups.add({ name: `Cooks ${Date.now()}` });
      const other = await tokenOf(ada, signed);
      await administration.apps.update({ id: gateway.id, allowedGroups: [group.id] });
      await within2Seconds(async () => (await exchange(gateway, other)).body.error === 'invalid_request');
      await administration.apps.update({ id: gateway.id, allowedGroups: null });
      await within2Seconds(async () => (await exchange(gateway, other)).status === 200);
    });
  });
});
