import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, mock } from 'node:test';
import {
  type AppUnderTest,
  addApp,
  appUnderTest,
  assertErrorPage,
  assertRefused,
  type Parameters,
  redirectUri,
} from '../../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../../testing/browser.ts';
import {
  answerTo,
  metadataOf,
  refusal,
  signIn,
  toldApp,
  tryPlan,
  withoutPkce,
} from '../../testing/conformance.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { arrive, setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { askRegistration } from '../../testing/registration.ts';
import { basicPlan, configPlan, formPostBasicPlan } from './basic.ts';
import type { Tried } from './plan.ts';

/** The clients of the suite. */
interface Clients {
  app: AppUnderTest;
  post: AppUnderTest;
  /** Two that get refresh tokens. */
  staying: [AppUnderTest, AppUnderTest];
}

const requestUri = 'https://www.certification.openid.net/test/a/latchkey/requesturi';

onSqlite('the OpenID conformance plans Config and Basic', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let registered: Clients;
  let told: Clients;

  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'token' });
    ada = await setUp(installation);
    told = await addedClients();
    registered = await registeredClients();
  });

  /** As an administrator adds them. */
  async function addedClients(): Promise<Clients> {
    const add = (method: 'client_secret_basic' | 'client_secret_post') =>
      addApp(installation, { kind: 'web', pkce: 'off', tokenEndpointAuthMethod: method });
    const app = await add('client_secret_basic');
    const staying: Clients['staying'] = [app, await add('client_secret_basic')];
    return { app, post: await add('client_secret_post'), staying };
  }

  /** As the suite registers them: with a key that nothing needs, and with contacts. */
  async function registeredClients(): Promise<Clients> {
    const scopes = ['openid', 'profile', 'email', 'offline_access'] as const;
    const { value: token } = await installation.administration.registrationTokens.add({
      ...{ name: 'Conformance', kinds: ['web'], pkce: 'off', scopes: [...scopes], uses: 100 },
    });
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const register = async (method: string, ...more: string[]) => {
      const { status, body } = await askRegistration(installation, {
        token,
        body: {
          ...{ client_name: 'conformance suite', contacts: ['certification@oidf.org'] },
          ...{ grant_types: ['authorization_code', ...more], response_types: ['code'] },
          jwks: { keys: [{ ...jwk, use: 'sig', alg: 'RS256' }] },
          ...{ token_endpoint_auth_method: method, redirect_uris: [redirectUri] },
          request_uris: [requestUri],
        },
      });
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.request_uris, undefined);
      const { client_id: id, client_secret } = body;
      return appUnderTest(installation.origin, { id, secret: String(client_secret), redirectUri });
    };
    const staying = ['refresh_token', 'refresh_token'].map((grant) => register('client_secret_basic', grant));
    return {
      app: await register('client_secret_basic'),
      post: await register('client_secret_post'),
      staying: (await Promise.all(staying)) as Clients['staying'],
    };
  }

  const stranger = () => createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
  const scopesSupported = async () =>
    (await metadataOf(installation.origin)).scopes_supported as readonly string[];
  const notSupported = (scope: string) => async () => assert.ok(!(await scopesSupported()).includes(scope));
  const noUnsigned = async () => {
    const metadata = await metadataOf(installation.origin);
    const algorithms = metadata.id_token_signing_alg_values_supported as readonly string[];
    assert.ok(!algorithms.includes('none') && metadata.request_uri_parameter_supported === false);
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

  interface Way {
    clients: () => Clients;
    mode: { response_mode?: string };
  }

  function modules({ clients, mode }: Way): Tried<typeof basicPlan> {
    const enter = (parameters: Parameters = {}, browser = ada) =>
      signIn(clients().app, browser, { ...mode, ...parameters });
    const refused = (parameters: Parameters, browser = ada) =>
      refusal(clients().app, browser, { ...mode, ...parameters });
    const codeFor = async (app: AppUnderTest, parameters: Parameters = {}) => {
      const answer = await answerTo(app, ada, { nonce: 'n', ...mode, ...parameters });
      return answer.get('code') ?? assert.fail(String(answer));
    };
    const succeeds = (parameters: Parameters) => async () => void (await enter(parameters));
    const userInfo = async (init: (token: string) => RequestInit) => {
      const { tokens, claims } = await enter({ scope: 'openid email' });
      const answer = await fetch(`${installation.origin}/me`, init(tokens.access_token));
      assert.equal(answer.status, 200);
      const told = (await answer.json()) as Record<string, unknown>;
      assert.deepEqual([told.sub, told.email], [claims.sub, 'ada@example.org']);
    };
    /** Signs in, and then is asked for the passkey again. */
    const again = async (parameters: Parameters) => {
      const browser = stranger();
      const first = await enter({}, browser);
      // Ages are in whole seconds.
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 2100 });
      try {
        const url = clients().app.authorizationUrl({ ...withoutPkce, nonce: 'n', ...mode, ...parameters });
        assert.equal(pageData<{ kind: string }>(await browser.follow(url)).kind, 'sign-in');
        const second = await enter(parameters, browser);
        assert.equal(second.claims.sub, first.claims.sub);
        assert.ok(Number(second.claims.auth_time) > Number(first.claims.auth_time));
      } finally {
        mock.timers.reset();
      }
    };
    const reused = async () => {
      const { app } = clients();
      const code = await codeFor(app);
      const { body } = await app.redeem(code, { code_verifier: undefined });
      assertRefused(await app.redeem(code, { code_verifier: undefined }), 'invalid_grant');
      assert.equal((await app.userInfo(String(body.access_token))).status, 401);
    };

    return {
      'oidcc-server': succeeds({}),
      async 'oidcc-response-type-missing'() {
        assert.equal(await refused({ response_type: undefined }), 'invalid_request');
      },
      'oidcc-idtoken-signature': succeeds({}),
      'oidcc-idtoken-unsigned': noUnsigned,
      'oidcc-userinfo-get': () => userInfo((token) => ({ headers: { authorization: `Bearer ${token}` } })),
      'oidcc-userinfo-post-header': () =>
        userInfo((token) => ({ method: 'POST', headers: { authorization: `Bearer ${token}` } })),
      'oidcc-userinfo-post-body': () =>
        userInfo((token) => ({ method: 'POST', body: new URLSearchParams({ access_token: token }) })),
      async 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow'() {
        await enter({ nonce: undefined });
      },
      async 'oidcc-scope-profile'() {
        const { tokens } = await enter({ scope: 'openid profile' });
        const { body } = await clients().app.userInfo(tokens.access_token);
        assert.deepEqual([body.name, body.preferred_username], ['Ada Lovelace', 'ada']);
        assert.equal(typeof body.updated_at, 'number');
      },
      async 'oidcc-scope-email'() {
        const { tokens } = await enter({ scope: 'openid email' });
        const { body } = await clients().app.userInfo(tokens.access_token);
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
        assert.equal(await refused({ prompt: 'none' }, stranger()), 'login_required');
      },
      async 'oidcc-prompt-none-logged-in'() {
        const first = await enter();
        const second = await enter({ prompt: 'none' });
        assert.equal(second.claims.sub, first.claims.sub);
        assert.equal(second.claims.auth_time, first.claims.auth_time);
      },
      'oidcc-max-age-1': () => again({ max_age: '1' }),
      async 'oidcc-max-age-10000'() {
        const first = await enter({ max_age: '15000' });
        const second = await enter({ max_age: '10000' });
        assert.ok(first.claims.auth_time !== undefined);
        assert.equal(second.claims.auth_time, first.claims.auth_time);
      },
      'oidcc-ensure-request-with-unknown-parameter-succeeds': succeeds({ extra: 'foobar' }),
      async 'oidcc-id-token-hint'() {
        const { tokens, claims } = await enter();
        const hinted = await enter({ prompt: 'none', id_token_hint: tokens.id_token });
        assert.equal(hinted.claims.sub, claims.sub);
      },
      'oidcc-login-hint': succeeds({ login_hint: 'buffy@login.example.com' }),
      'oidcc-ui-locales': succeeds({ ui_locales: 'se' }),
      'oidcc-claims-locales': succeeds({ claims_locales: 'se' }),
      async 'oidcc-ensure-request-with-acr-values-succeeds'() {
        const { acr_values_supported: values } = await metadataOf(installation.origin);
        const { claims } = await enter({ acr_values: (values as string[]).join(' ') });
        assert.ok((values as string[]).includes(String(claims.acr)));
      },
      'oidcc-codereuse': reused,
      'oidcc-codereuse-30seconds': reused,
      async 'oidcc-ensure-registered-redirect-uri'() {
        const redirect_uri = `${redirectUri}/unregistered`;
        assertErrorPage(
          await ada.get(clients().app.authorizationUrl({ ...withoutPkce, nonce: 'n', redirect_uri })),
        );
      },
      async 'oidcc-ensure-post-request-succeeds'() {
        const { app } = clients();
        const asked = app.authorizationUrl({ ...withoutPkce, ...mode, nonce: 'n' });
        const fields = Object.fromEntries(new URL(asked).searchParams);
        const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://www.certification.openid.net' };
        const sent = await ada.submit('/auth', fields, headers);
        assert.equal(sent.status, 303);
        const answer = await arrive(ada, sent.location ?? '');
        assert.ok(toldApp(app, answer, mode.response_mode).get('code'));
      },
      async 'oidcc-server-client-secret-post'() {
        const { post } = clients();
        const code = await codeFor(post);
        const answer = await fetch(`${installation.origin}/token`, {
          method: 'POST',
          body: new URLSearchParams({
            ...{ grant_type: 'authorization_code', code, redirect_uri: post.redirectUri },
            ...{ client_id: post.id, client_secret: post.secret ?? '' },
          }),
        });
        assert.equal(answer.status, 200);
      },
      async 'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported'() {
        await noUnsigned();
        assert.equal(await refused({ request_uri: requestUri }), 'request_uri_not_supported');
      },
      async 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported'() {
        assert.ok(await refused({ request: unsigned(clients().app, { scope: 'openid' }) }));
      },
      async 'oidcc-claims-essential'() {
        const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
        const { tokens } = await enter({ claims });
        assert.equal((await clients().app.userInfo(tokens.access_token)).body.name, 'Ada Lovelace');
      },
      async 'oidcc-ensure-request-object-with-redirect-uri'() {
        const request = unsigned(clients().app, { redirect_uri: `${redirectUri}/elsewhere` });
        assert.ok(await refused({ request }));
      },
      async 'oidcc-refresh-token'() {
        const [app, other] = clients().staying;
        const parameters = { scope: 'openid offline_access', prompt: 'consent', ...mode };
        const { tokens, claims } = await signIn(app, ada, parameters);
        assertRefused(await other.refresh(tokens.refresh_token), 'invalid_grant');
        const { status, body } = await app.refresh(tokens.refresh_token);
        assert.equal(status, 200);
        const [, payload = ''] = String(body.id_token).split('.');
        assert.equal(JSON.parse(Buffer.from(payload, 'base64url').toString()).sub, claims.sub);
      },
      async 'oidcc-ensure-request-with-valid-pkce-succeeds'() {
        const { app } = clients();
        const { searchParams } = new URL(app.authorizationUrl());
        const code = await codeFor(app, Object.fromEntries(searchParams));
        assert.equal((await app.redeem(code)).status, 200);
        assertRefused(
          await app.redeem(await codeFor(app, Object.fromEntries(searchParams)), {
            code_verifier: 'x'.repeat(43),
          }),
          'invalid_grant',
        );
      },
    };
  }

  for (const [registration, clients] of [
    ['static', () => told],
    ['dynamic', () => registered],
  ] as const) {
    const variant = `client_registration=${registration}_client`;
    tryPlan(basicPlan, modules({ clients, mode: {} }), { variant });
    tryPlan(formPostBasicPlan, modules({ clients, mode: { response_mode: 'form_post' } }), { variant });
  }

  function unsigned(app: AppUnderTest, claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const common = { iss: app.id, aud: installation.origin, client_id: app.id, response_type: 'code' };
    return `${part({ alg: 'none' })}.${part({ ...common, ...claims })}.`;
  }
});
