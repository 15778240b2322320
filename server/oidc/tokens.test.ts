import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage, onSqlite } from '../testing/on-every-storage.ts';

onEveryStorage('tokens', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
    const { groups } = installation.administration;
    await groups.add({ name: 'Editors' });
    await groups.add({ name: 'Others' });
    await groups.addMember({ group: 'Editors', user: 'ada' });
  });

  const protocolClaims = ['acr', 'amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'sub'];

  it('say in the ID token who signed in how and when, and no more', async () => {
    const { id_token } = await app.tokens(browser, { scope: 'openid profile email groups' });
    const claims = payloadOf(id_token);
    assert.deepEqual(
      Object.keys(claims)
        .filter((name) => !['nonce', 'sid'].includes(name))
        .toSorted(),
      protocolClaims.toSorted(),
    );
    assert.equal(claims.iss, installation.origin);
    assert.equal(claims.aud, app.id);
    assert.equal(claims.acr, 'phr');
    assert.deepEqual(claims.amr, ['pop', 'user', 'mfa']);
    assert.ok(Math.abs(Number(claims.auth_time) - Date.now() / 1000) < 60);
  });

  const claimsOf: Record<string, string[]> = {
    openid: [],
    'openid profile': ['name', 'preferred_username', 'updated_at'],
    'openid email': ['email', 'email_verified'],
    'openid groups': ['groups'],
    'openid profile email groups': [
      'name',
      'preferred_username',
      'updated_at',
      'email',
      'email_verified',
      'groups',
    ],
  };
  for (const [scope, expected] of Object.entries(claimsOf))
    it(`open with "${scope}" exactly ${expected.join(', ') || 'the subject'}`, async () => {
      const { access_token, scope: granted } = await app.tokens(browser, { scope });
      assert.equal(granted, scope);
      const { body } = await app.userInfo(access_token);
      assert.deepEqual(Object.keys(body).toSorted(), ['sub', ...expected].toSorted());
      if (expected.includes('groups')) assert.deepEqual(body.groups, ['Editors']);
    });

  it('open nothing that the app may not ask for', async () => {
    const modest = await addApp(installation, { scopes: ['openid', 'profile'] });
    const answer = await modest.answerOf(browser, { scope: 'openid email' });
    assert.equal(answer.get('error'), 'invalid_scope');
    for (const at of ['userinfo', 'id_token']) {
      const ask = (name: string) => ({ claims: JSON.stringify({ [at]: { [name]: { essential: true } } }) });
      for (const name of ['email', 'email_verified', 'groups'])
        assert.equal((await modest.answerOf(browser, ask(name))).get('error'), 'invalid_scope', name);
      const { access_token, id_token } = await modest.tokens(browser, ask('name'));
      const told = { ...(await modest.userInfo(access_token)).body, ...payloadOf(id_token) };
      assert.equal(told.name, 'Ada Lovelace');
      assert.equal('email' in told || 'preferred_username' in told, false);
    }
  });

  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA'] as const)
    it(`are signed with ${alg} for an app that wants it, and verify with the published keys`, async () => {
      const signed = await addApp(installation, { idTokenSignedResponseAlg: alg });
      const { id_token } = await signed.tokens(browser);
      const keys = createRemoteJWKSet(new URL('/jwks', installation.origin));
      const { protectedHeader } = await jwtVerify(id_token, keys, {
        issuer: installation.origin,
        audience: signed.id,
        algorithms: [alg],
      });
      assert.equal(protectedHeader.alg, alg);
    });

  it('are never signed with a shared secret', async () => {
    for (const alg of ['HS256', 'none']) {
      await assert.rejects(addApp(installation, { idTokenSignedResponseAlg: alg as 'ES256' }));
      const stored = await installation.storage.apps.findById(app.id);
      assert.ok(stored);
      const id = `symmetric-${alg}`;
      await installation.storage.apps.insert({ ...stored, id, idTokenSignedResponseAlg: alg as 'ES256' });
      const answer = await browser.get(app.authorizationUrl({ client_id: id, prompt: 'none' }));
      assert.equal(answer.location, undefined);
      assert.equal(answer.status, 400);
    }
    const metadata = JSON.parse((await browser.get('/.well-known/openid-configuration')).text);
    assert.deepEqual(metadata.id_token_signing_alg_values_supported.toSorted(), [
      ...['ES256', 'EdDSA', 'PS256', 'RS256'],
    ]);
    assert.doesNotMatch(JSON.stringify(metadata), /"HS\d|"none"\]?,"client_secret_jwt|client_secret_jwt/);
  });

  it('publish no private part of a key', async () => {
    const { keys } = JSON.parse((await browser.get('/jwks')).text) as { keys: Record<string, string>[] };
    assert.equal(keys.length, 3);
    for (const key of keys)
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'priv']) assert.equal(secret in key, false);
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, 3);
  });

  it('are introspected by the app they belong to alone', async () => {
    const owner = await addApp(installation, { kind: 'web' });
    const other = await addApp(installation, { kind: 'web' });
    const { access_token, refresh_token } = await owner.tokens(browser);
    for (const token of [access_token, refresh_token]) {
      const mine = await owner.post('/token/introspection', { token });
      assert.equal(mine.body.active, true);
      assert.equal(mine.body.client_id, owner.id);
      assert.deepEqual((await other.post('/token/introspection', { token })).body, { active: false });
    }
    assertRefused(
      await owner.post('/token/introspection', { token: access_token }, { authorization: 'Basic eDp5' }),
      'invalid_client',
    );
    for (const token of ['', 'x', access_token.slice(1), '\u0000', `${access_token}a`]) {
      const { body } = await owner.post('/token/introspection', { token });
      assert.ok(body.active === false || body.error === 'invalid_request', token);
    }
  });

  it('are revoked by the app they belong to alone', async () => {
    const other = await addApp(installation, { kind: 'web' });
    const { access_token, refresh_token } = await app.tokens(browser);
    await other.post('/token/revocation', { token: access_token });
    assert.equal((await app.userInfo(access_token)).status, 200);
    assert.equal((await app.post('/token/revocation', { token: access_token })).status, 200);
    assert.equal((await app.userInfo(access_token)).status, 401);
    assertRefused(await app.refresh(refresh_token), 'invalid_grant');
    assert.equal((await app.post('/token/revocation', { token: 'unknown' })).status, 200);
  });

  it('are given to a confidential app only for its secret', async () => {
    const web = await addApp(installation, { kind: 'web' });
    const code = await web.code(browser);
    const wrong = ['x', `${web.secret}x`, web.secret?.slice(1) ?? ''];
    for (const secret of wrong) {
      const authorization = `Basic ${Buffer.from(`${web.id}:${secret}`).toString('base64')}`;
      assertRefused(
        await web.post('/token', { grant_type: 'authorization_code', code }, { authorization }),
        'invalid_client',
      );
    }
    const asPublic = { ...web, secret: undefined };
    const unauthenticated = await fetch(`${installation.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: asPublic.id,
        code,
        redirect_uri: web.redirectUri,
        code_verifier: web.verifier,
      }),
    });
    assert.equal(unauthenticated.status, 401);
    assert.equal((await web.redeem(code)).status, 200);
  });

  it('of a machine are its own: no person’s, no userinfo, and nobody else’s to look at', async () => {
    const machine = await addApp(installation, { kind: 'machine', redirectUris: [] });
    const other = await addApp(installation, { kind: 'machine', redirectUris: [] });
    const { status, body } = await machine.post('/token', { grant_type: 'client_credentials' });
    assert.equal(status, 200, JSON.stringify(body));
    const token = String(body.access_token);
    assert.equal(body.refresh_token ?? body.id_token, undefined);
    assert.equal((await machine.userInfo(token)).status, 401);
    const mine = await machine.post('/token/introspection', { token });
    assert.equal(mine.body.active, true);
    assert.equal(mine.body.sub, undefined);
    assert.deepEqual((await other.post('/token/introspection', { token })).body, { active: false });
    assert.equal((await app.post('/token', { grant_type: 'client_credentials' })).status, 400);
  });

  it('are not given for a password, nor by way of the browser', async () => {
    for (const grant_type of ['password', 'urn:ietf:params:oauth:grant-type:token-exchange', '', 'x'])
      assert.equal((await app.post('/token', { grant_type, username: 'ada', password: 'x' })).status, 400);
    for (const response_type of ['token', 'id_token', 'id_token token', 'code token', 'none'])
      assert.equal(
        (
          await app
            .answerOf(browser, { response_type, nonce: 'n' })
            .catch(() => new Map([['code', undefined]]))
        ).get('code') ?? undefined,
        undefined,
      );
  });

  it('O25 open to scripts of the app’s own origins alone', async () => {
    const { access_token } = await app.tokens(browser);
    const ask = async (origin: string) => {
      const headers = { authorization: `Bearer ${access_token}`, origin };
      const response = await fetch(`${installation.origin}/me`, { headers });
      return { status: response.status, allowed: response.headers.get('access-control-allow-origin') };
    };
    assert.deepEqual(await ask('https://notes.example.com'), {
      status: 200,
      allowed: 'https://notes.example.com',
    });
    for (const origin of [
      'null',
      'https://evil.example',
      'https://notes.example.com.evil.example',
      'http://notes.example.com',
    ])
      assert.deepEqual(await ask(origin), { status: 400, allowed: null }, origin);
  });

  it('O25 are redeemed by scripts of the app’s own origins alone; the authorization endpoint opens to none', async () => {
    const evil = await app.post(
      '/token',
      { grant_type: 'authorization_code', code: 'x' },
      { origin: 'null' },
    );
    assert.equal(evil.status, 400);
    assert.equal(evil.headers.get('access-control-allow-origin'), null);
    const own = { origin: 'https://notes.example.com' };
    const code = await app.code(browser);
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
      code_verifier: app.verifier,
    };
    const good = await app.post('/token', fields, own);
    assert.equal(good.status, 200);
    assert.equal(good.headers.get('access-control-allow-origin'), own.origin);
    const native = await addApp(installation, {
      kind: 'native',
      redirectUris: ['com.example.app:/callback'],
    });
    const asNull = await native.post(
      '/token',
      { grant_type: 'authorization_code', code: 'x' },
      { origin: 'null' },
    );
    assert.equal(asNull.headers.get('access-control-allow-origin'), null);
    const authorization = await browser.get(app.authorizationUrl(), { origin: 'https://notes.example.com' });
    assert.equal(authorization.headers.get('access-control-allow-origin'), null);
  });
});

onSqlite('tokens of ML-DSA-44', (start) => {
  it('are for apps that ask for them, where the settings say so', async () => {
    const app = { idTokenSignedResponseAlg: 'ML-DSA-44' as const };
    await assert.rejects(addApp(await start(), app), {
      code: 'field_invalid',
      field: 'idTokenSignedResponseAlg',
    });
    const installation = await start({ LATCHKEY_ML_DSA: 'on' });
    const person = await setUp(installation);
    const { id_token } = await (await addApp(installation, app)).tokens(person);
    const keys = createRemoteJWKSet(new URL('/jwks', installation.origin));
    const { protectedHeader } = await jwtVerify(id_token, keys, { algorithms: ['ML-DSA-44'] });
    assert.ok(protectedHeader.kid);
    assert.equal((await installation.administration.sessions.trace({ value: id_token })).kind, 'ID token');
    const { text } = await person.get('/.well-known/openid-configuration');
    assert.ok(JSON.parse(text).id_token_signing_alg_values_supported.includes('ML-DSA-44'));
  });
});
