import assert from 'node:assert/strict';
import { before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp, assertErrorPage, assertRefused } from '../../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../../testing/browser.ts';
import { metadataOf, refusal, signIn, tryPlan, withoutPkce } from '../../testing/conformance.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { basicPlan, configPlan } from './basic.ts';

onSqlite('the OpenID conformance plans Config and Basic', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let other: AppUnderTest;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    app = await addApp(installation, { name: 'Conformance 1', kind: 'web', pkce: 'off' });
    other = await addApp(installation, { name: 'Conformance 2', kind: 'web', pkce: 'off' });
  });

  const stranger = () => createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
  const succeeds = (parameters: Record<string, string>) => async () =>
    void (await signIn(app, ada, parameters));
  const scopesSupported = async () =>
    (await metadataOf(installation.origin)).scopes_supported as readonly string[];
  const notSupported = (scope: string) => async () => assert.ok(!(await scopesSupported()).includes(scope));
  const noUnsigned = async () => {
    const metadata = await metadataOf(installation.origin);
    const algorithms = metadata.id_token_signing_alg_values_supported as readonly string[];
    assert.ok(!algorithms.includes('none') && metadata.request_uri_parameter_supported === false);
  };
  const userInfo = async (init: (token: string) => RequestInit) => {
    const { tokens, claims } = await signIn(app, ada, { scope: 'openid email' });
    const answer = await fetch(`${installation.origin}/me`, init(tokens.access_token));
    assert.equal(answer.status, 200);
    const told = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([told.sub, told.email], [claims.sub, 'ada@example.org']);
  };
  /** Signs in, and then is asked for the passkey again. */
  const again = async (parameters: Record<string, string>) => {
    const first = await signIn(app, ada);
    // Ages are in whole seconds.
    await delay(2100);
    const page = await ada.follow(app.authorizationUrl({ ...withoutPkce, nonce: 'n', ...parameters }));
    assert.equal(pageData<{ kind: string }>(page).kind, 'sign-in');
    const second = await signIn(app, ada, parameters);
    assert.equal(second.claims.sub, first.claims.sub);
    assert.ok(Number(second.claims.auth_time) > Number(first.claims.auth_time));
  };
  const reused = async () => {
    const code = await app.code(ada, { ...withoutPkce, nonce: 'n' });
    const { body } = await app.redeem(code, { code_verifier: undefined });
    assertRefused(await app.redeem(code, { code_verifier: undefined }), 'invalid_grant');
    assert.equal((await app.userInfo(String(body.access_token))).status, 401);
  };

  tryPlan(configPlan, {
    async 'oidcc-discovery-endpoint-verification'() {
      const metadata = await metadataOf(installation.origin);
      assert.equal(metadata.issuer, installation.origin);
      for (const endpoint of ['authorization', 'token', 'userinfo', 'end_session'])
        assert.ok(String(metadata[`${endpoint}_endpoint`]).startsWith(`${installation.origin}/`), endpoint);
      assert.ok((metadata.response_types_supported as string[]).includes('code'));
      assert.ok((metadata.id_token_signing_alg_values_supported as string[]).includes('RS256'));
      assert.ok((metadata.scopes_supported as string[]).includes('openid'));
      const { keys } = (await (await fetch(String(metadata.jwks_uri))).json()) as { keys: { kid: string }[] };
      assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
      assert.ok(keys.every((key) => !('d' in key)));
    },
  });

  tryPlan(basicPlan, {
    'oidcc-server': succeeds({}),
    async 'oidcc-response-type-missing'() {
      assert.equal(await refusal(app, ada, { response_type: undefined }), 'invalid_request');
    },
    'oidcc-idtoken-signature': succeeds({}),
    'oidcc-idtoken-unsigned': noUnsigned,
    'oidcc-userinfo-get': () => userInfo((token) => ({ headers: { authorization: `Bearer ${token}` } })),
    'oidcc-userinfo-post-header': () =>
      userInfo((token) => ({ method: 'POST', headers: { authorization: `Bearer ${token}` } })),
    'oidcc-userinfo-post-body': () =>
      userInfo((token) => ({ method: 'POST', body: new URLSearchParams({ access_token: token }) })),
    async 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow'() {
      await signIn(app, ada, { nonce: undefined });
    },
    async 'oidcc-scope-profile'() {
      const { tokens } = await signIn(app, ada, { scope: 'openid profile' });
      const { body } = await app.userInfo(tokens.access_token);
      assert.deepEqual([body.name, body.preferred_username], ['Ada Lovelace', 'ada']);
      assert.equal(typeof body.updated_at, 'number');
    },
    async 'oidcc-scope-email'() {
      const { tokens } = await signIn(app, ada, { scope: 'openid email' });
      const { body } = await app.userInfo(tokens.access_token);
      assert.deepEqual([body.email, typeof body.email_verified], ['ada@example.org', 'boolean']);
    },
    'oidcc-scope-address': notSupported('address'),
    'oidcc-scope-phone': notSupported('phone'),
    'oidcc-scope-all': notSupported('phone'),
    'oidcc-alternate-happy-flow': succeeds({ scope: 'email profile openid' }),
    'oidcc-display-page': succeeds({ display: 'page' }),
    'oidcc-display-popup': succeeds({ display: 'popup' }),
    'oidcc-prompt-login': () => again({ prompt: 'login' }),
    async 'oidcc-prompt-none-not-logged-in'() {
      assert.equal(await refusal(app, stranger(), { prompt: 'none' }), 'login_required');
    },
    async 'oidcc-prompt-none-logged-in'() {
      const first = await signIn(app, ada);
      const second = await signIn(app, ada, { prompt: 'none' });
      assert.equal(second.claims.sub, first.claims.sub);
      assert.equal(second.claims.auth_time, first.claims.auth_time);
    },
    'oidcc-max-age-1': () => again({ max_age: '1' }),
    async 'oidcc-max-age-10000'() {
      const first = await signIn(app, ada, { max_age: '15000' });
      const second = await signIn(app, ada, { max_age: '10000' });
      assert.ok(first.claims.auth_time !== undefined);
      assert.equal(second.claims.auth_time, first.claims.auth_time);
    },
    'oidcc-ensure-request-with-unknown-parameter-succeeds': succeeds({ extra: 'foobar' }),
    async 'oidcc-id-token-hint'() {
      const { tokens, claims } = await signIn(app, ada);
      const hinted = await signIn(app, ada, { prompt: 'none', id_token_hint: tokens.id_token });
      assert.equal(hinted.claims.sub, claims.sub);
    },
    'oidcc-login-hint': succeeds({ login_hint: 'buffy@login.example.com' }),
    'oidcc-ui-locales': succeeds({ ui_locales: 'se' }),
    'oidcc-claims-locales': succeeds({ claims_locales: 'se' }),
    async 'oidcc-ensure-request-with-acr-values-succeeds'() {
      const { acr_values_supported: values } = await metadataOf(installation.origin);
      const { claims } = await signIn(app, ada, { acr_values: (values as string[]).join(' ') });
      assert.ok((values as string[]).includes(String(claims.acr)));
    },
    'oidcc-codereuse': reused,
    'oidcc-codereuse-30seconds': reused,
    async 'oidcc-ensure-registered-redirect-uri'() {
      const redirect_uri = `${app.redirectUri}/unregistered`;
      assertErrorPage(await ada.get(app.authorizationUrl({ ...withoutPkce, nonce: 'n', redirect_uri })));
    },
    async 'oidcc-ensure-post-request-succeeds'() {
      const { searchParams } = new URL(app.authorizationUrl({ ...withoutPkce, nonce: 'n' }));
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://www.certification.openid.net' };
      const sent = await ada.submit('/auth', Object.fromEntries(searchParams), headers);
      assert.equal(sent.status, 303);
      const { location } = await ada.follow(sent.location ?? '');
      assert.ok(new URL(location ?? '').searchParams.get('code'));
    },
    async 'oidcc-server-client-secret-post'() {
      const post = await addApp(installation, {
        ...{ name: 'Conformance post', kind: 'web', pkce: 'off' },
        tokenEndpointAuthMethod: 'client_secret_post',
      });
      const code = await post.code(ada, { ...withoutPkce, nonce: 'n' });
      const answer = await fetch(`${installation.origin}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', code, redirect_uri: post.redirectUri },
          ...{ client_id: post.id, client_secret: post.secret ?? '' },
        }),
      });
      assert.equal(answer.status, 200);
    },
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': noUnsigned,
    async 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported'() {
      assert.ok(await refusal(app, ada, { request: unsigned({ scope: 'openid' }) }));
    },
    async 'oidcc-claims-essential'() {
      const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
      const { tokens } = await signIn(app, ada, { claims });
      assert.equal((await app.userInfo(tokens.access_token)).body.name, 'Ada Lovelace');
    },
    async 'oidcc-ensure-request-object-with-redirect-uri'() {
      const request = unsigned({ redirect_uri: `${app.redirectUri}/elsewhere` });
      assert.ok(await refusal(app, ada, { request }));
    },
    async 'oidcc-refresh-token'() {
      const parameters = { scope: 'openid offline_access', prompt: 'consent' };
      const { tokens, claims } = await signIn(app, ada, parameters);
      assertRefused(await other.refresh(tokens.refresh_token), 'invalid_grant');
      const { status, body } = await app.refresh(tokens.refresh_token);
      assert.equal(status, 200);
      const [, payload = ''] = String(body.id_token).split('.');
      assert.equal(JSON.parse(Buffer.from(payload, 'base64url').toString()).sub, claims.sub);
    },
    async 'oidcc-ensure-request-with-valid-pkce-succeeds'() {
      assert.equal((await app.redeem(await app.code(ada))).status, 200);
    },
  });

  function unsigned(claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const common = { iss: app.id, aud: installation.origin, client_id: app.id, response_type: 'code' };
    return `${part({ alg: 'none' })}.${part({ ...common, ...claims })}.`;
  }
});
