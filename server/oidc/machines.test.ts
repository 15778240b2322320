import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as client from 'openid-client';
import { apiResource } from '../apps/api-scopes.ts';
import { within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { assertion, callersOf, type KeyPair, newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

const machine = { kind: 'machine' as const, redirectUris: [] };
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

onEveryStorage('machines', (start) => {
  let installation: TestInstallation;
  let resource: string;
  let backup: AppUnderTest;

  before(async () => {
    installation = await start();
    resource = apiResource(installation.config.issuer);
    backup = await addApp(installation, { ...machine, apiScopes: ['people:read', 'audit:read'] });
  });

  const insecure = { execute: [client.allowInsecureRequests] };
  const ask = (app: AppUnderTest, more: Record<string, string | undefined> = {}) =>
    app.post('/token', { grant_type: 'client_credentials', resource, scope: 'people:read', ...more });

  it('get a token for our API with a secret, as openid-client asks for it', async () => {
    for (const authentication of [client.ClientSecretBasic, client.ClientSecretPost]) {
      const method =
        authentication === client.ClientSecretBasic ? 'client_secret_basic' : 'client_secret_post';
      const app = await addApp(installation, {
        ...machine,
        apiScopes: ['people:read'],
        tokenEndpointAuthMethod: method,
      });
      const found = await client.discovery(
        new URL(installation.origin),
        app.id,
        {},
        authentication(app.secret ?? ''),
        insecure,
      );
      const given = await client.clientCredentialsGrant(found, { resource, scope: 'people:read' });
      assert.equal(given.scope, 'people:read');
      const caller = await (await callersOf(installation))(given.access_token);
      assert.deepEqual([caller.app.id, caller.scopes, caller.account], [app.id, ['people:read'], undefined]);
    }
  });

  it('O29 leave no token to an app that gets the client id of one that was removed', async () => {
    const named = { ...machine, id: 'passing', apiScopes: ['people:read' as const] };
    const callerOf = await callersOf(installation);
    const given = async (app: AppUnderTest) => String((await ask(app)).body.access_token);
    const old = await given(await addApp(installation, named));
    assert.equal((await callerOf(old)).app.id, 'passing');
    await installation.administration.apps.remove({ id: 'passing' });
    await assert.rejects(callerOf(old), { code: 'token_invalid' });
    // Of another second: tokens know no less.
    await delay(1010 - (Date.now() % 1000));
    const next = await addApp(installation, named);
    await assert.rejects(callerOf(old), { code: 'token_invalid' });
    await within2Seconds(async () => (await ask(next)).status === 200);
    assert.equal((await callerOf(await given(next))).app.id, 'passing');
  });

  it('get a JWT of RFC 9068 that lives for ten minutes', async () => {
    const { body } = await ask(backup, { scope: 'people:read audit:read' });
    const [header = ''] = String(body.access_token).split('.');
    const { alg, typ } = JSON.parse(Buffer.from(header, 'base64url').toString());
    assert.deepEqual([alg, typ], ['ES256', 'at+jwt']);
    const { iss, aud, sub, client_id, scope, iat, exp, jti, ...more } = payloadOf(String(body.access_token));
    assert.deepEqual(
      { iss, aud, sub, client_id, scope },
      {
        iss: installation.config.issuer,
        aud: resource,
        sub: backup.id,
        client_id: backup.id,
        scope: 'people:read audit:read',
      },
    );
    assert.equal(Number(exp) - Number(iat), 600);
    assert.ok(jti);
    assert.deepEqual(more, {});
    assert.equal(body.expires_in, 600);
  });

  it('live shorter for an app that says so', async () => {
    const short = await addApp(installation, {
      ...machine,
      apiScopes: ['people:read'],
      lifetimes: { accessToken: 120 },
    });
    assert.equal((await ask(short)).body.expires_in, 120);
  });

  it('O29 get no more than an administrator allowed them, and say what they want', async () => {
    assertRefused(await ask(backup, { scope: 'people:write' }), 'invalid_scope');
    assertRefused(await ask(backup, { scope: 'people:read keys:write' }), 'invalid_scope');
    assertRefused(await ask(backup, { scope: 'openid people:read' }), 'invalid_scope');
    assertRefused(await ask(backup, { scope: undefined }), 'invalid_scope');
    assertRefused(await ask(backup, { resource: 'https://elsewhere.example/api' }), 'invalid_target');
    assertRefused(await ask(backup, { resource: `${resource}/` }), 'invalid_target');
    assertRefused(await ask(await addApp(installation, machine)), 'invalid_target');
  });

  it('without a resource get a token that says nothing and opens nothing', async () => {
    const { body } = await ask(backup, { resource: undefined });
    assert.equal(body.scope, undefined);
    await assert.rejects((await callersOf(installation))(String(body.access_token)), {
      code: 'token_invalid',
    });
    assert.equal((await backup.userInfo(String(body.access_token))).status, 401);
  });

  it('O29 are refused by our API as soon as they are removed, or may do less', async () => {
    const { administration } = installation;
    const app = await addApp(installation, { ...machine, apiScopes: ['people:read', 'audit:read'] });
    const { body } = await ask(app, { scope: 'people:read audit:read' });
    const callerOf = await callersOf(installation);
    const token = String(body.access_token);
    await administration.apps.update({ id: app.id, apiScopes: ['audit:read'] });
    assert.deepEqual((await callerOf(token)).scopes, ['audit:read']);
    await administration.apps.update({ id: app.id, apiScopes: null });
    assert.deepEqual((await callerOf(token)).scopes, []);
    await administration.apps.remove({ id: app.id });
    await assert.rejects(callerOf(token), { code: 'token_invalid' });
  });

  it('log nothing that oidc-provider would warn of', () => {
    assert.deepEqual(
      installation.log.filter((line) => line.includes('WARNING')),
      [],
    );
  });
});

onEveryStorage('assertions of apps with a key of their own', (start) => {
  let installation: TestInstallation;
  let pair: KeyPair;
  let app: AppUnderTest;
  let issuer: string;

  before(async () => {
    installation = await start();
    issuer = installation.config.issuer;
    pair = newKeyPair();
    app = await keyed(pair);
  });

  const keyed = ({ jwks }: KeyPair) =>
    addApp(installation, {
      ...machine,
      apiScopes: ['people:read'],
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks,
    });
  const present = async (signed: string | Promise<string>, more: Record<string, string> = {}) =>
    app.post('/token', {
      grant_type: 'client_credentials',
      resource: apiResource(issuer),
      scope: 'people:read',
      client_id: undefined,
      client_assertion_type: type,
      client_assertion: await signed,
      ...more,
    });
  const own = () => ({ id: app.id, key: pair.privateKey, issuer });
  const seconds = () => Math.floor(Date.now() / 1000);

  it('are taken as openid-client makes them', async () => {
    const key = await crypto.subtle.importKey(
      'pkcs8',
      pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
    const found = await client.discovery(new URL(issuer), app.id, {}, client.PrivateKeyJwt(key), {
      execute: [client.allowInsecureRequests],
    });
    const given = await client.clientCredentialsGrant(found, {
      resource: apiResource(issuer),
      scope: 'people:read',
    });
    assert.equal((await (await callersOf(installation))(given.access_token)).app.id, app.id);
  });

  it('are taken with the token endpoint as audience', async () => {
    assert.equal((await present(assertion(own(), { aud: `${issuer}/token` }))).status, 200);
  });

  it('O8 are taken once', async () => {
    const signed = await assertion(own());
    assert.equal((await present(signed)).status, 200);
    assertRefused(await present(signed), 'invalid_client');
  });

  it('O8 of eight at once one is taken', async () => {
    const signed = await assertion(own());
    const answers = await Promise.all(Array.from({ length: 8 }, () => present(signed)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      assertRefused(answer, 'invalid_client');
  });

  it('O8 of one app are nothing to another, whatever its key', async () => {
    const other = await keyed(newKeyPair());
    assertRefused(await present(assertion({ ...own(), id: other.id })), 'invalid_client');
    assertRefused(await present(assertion(own(), { iss: other.id })), 'invalid_client');
    assertRefused(await present(assertion(own(), { sub: other.id })), 'invalid_client');
    const { status, body } = await present(assertion(own()), { client_id: other.id });
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });

  const refusals: [name: string, wrong: () => Record<string, unknown>][] = [
    ['for somebody else', () => ({ aud: 'https://elsewhere.example' })],
    ['for us and somebody else', () => ({ aud: [issuer, 'https://elsewhere.example'] })],
    ['for nobody', () => ({ aud: undefined })],
    ['that end far ahead', () => ({ exp: seconds() + 3600 })],
    ['that have ended', () => ({ exp: seconds() - 60 })],
    ['that never end', () => ({ exp: undefined })],
    ['that begin later', () => ({ nbf: seconds() + 300 })],
    ['that were made later', () => ({ iat: seconds() + 300 })],
    ['without an id', () => ({ jti: undefined })],
  ];
  for (const [name, wrong] of refusals)
    it(`O8 are refused ${name}`, async () =>
      assertRefused(await present(assertion(own(), wrong())), 'invalid_client'));

  it('O7 O8 are refused with another key, another algorithm or none', async () => {
    assertRefused(await present(assertion({ ...own(), key: newKeyPair().privateKey })), 'invalid_client');
    const payload = { iss: app.id, sub: app.id, aud: issuer, jti: 'a', exp: seconds() + 60 };
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    assertRefused(await present(`${encoded({ alg: 'none' })}.${encoded(payload)}.`), 'invalid_client');
    const { createSecretKey } = await import('node:crypto');
    const known = createSecretKey(Buffer.from(JSON.stringify(pair.jwks.keys[0])));
    const signed = assertion({ ...own(), key: known }, {}, { alg: 'HS256' });
    assertRefused(await present(signed), 'invalid_client');
  });

  it('are the only way in: a secret is none', async () => {
    const answer = await app.post('/token', {
      grant_type: 'client_credentials',
      client_secret: 'x'.repeat(43),
    });
    assertRefused(answer, 'invalid_client');
  });
});
