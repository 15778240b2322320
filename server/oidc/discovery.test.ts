import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import type { NewApp } from '../apps/validation.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { metadataOf, refusal, signIn } from '../testing/conformance.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

type Check = (announced: unknown) => Promise<void> | void;

onSqlite('what discovery announces', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let metadata: Record<string, unknown>;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    app = await addApp(installation, { kind: 'web', pkce: 'off', scopes: undefined });
    metadata = await metadataOf(installation.origin);
  });

  const at = (path: string, method: 'GET' | 'POST' = 'GET'): Check => {
    return async (address) => {
      assert.equal(address, `${installation.origin}${path}`);
      const { status } = await fetch(String(address), { method, redirect: 'manual' });
      assert.ok(status !== 404 && status < 500, `${path} ${status}`);
    };
  };
  const list = (announced: unknown) => announced as string[];
  const isTrue: Check = (announced) => assert.equal(announced, true);
  const isFalse: Check = (announced) => assert.equal(announced, false);
  const isEmpty: Check = (announced) => assert.deepEqual(announced, []);
  const isAsymmetric: Check = (algorithms) =>
    assert.ok(
      list(algorithms).every((alg) => /^(ES|RS|PS|Ed|ML-DSA)/.test(alg)),
      String(algorithms),
    );
  /** That such answers can be opened is shown in `encrypted-answers.test.ts`. */
  const encrypts = (field: 'encryptionAlg' | 'encryptionEnc', other: string): Check => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const keys = [publicKey, rsa].map((key) => ({ ...key.export({ format: 'jwk' }), use: 'enc' }));
    const choose = (value: string) =>
      addable({
        jwks: { keys },
        security: { encrypted: ['id_token'], encryptionAlg: 'ECDH-ES', [field]: value },
      });
    return async (announced) => {
      for (const value of list(announced)) await choose(value);
      await assert.rejects(choose(other));
    };
  };
  const refused = async (parameters: Record<string, string | undefined>) => {
    assert.ok(await refusal(app, ada, parameters), JSON.stringify(parameters));
  };
  const exchange = (grant_type: string) => app.post('/token', { grant_type, code: 'x', refresh_token: 'x' });
  const addable = (input: object) => addApp(installation, { kind: 'web', ...input } as Partial<NewApp>);

  /** Each field: what is announced works, and something near it that is not announced is refused. */
  const checks: Record<string, Check> = {
    issuer: (issuer) => assert.equal(issuer, installation.origin),
    authorization_endpoint: at('/auth'),
    token_endpoint: at('/token', 'POST'),
    userinfo_endpoint: at('/me'),
    jwks_uri: at('/jwks'),
    end_session_endpoint: at('/session/end'),
    device_authorization_endpoint: at('/device/auth', 'POST'),
    introspection_endpoint: at('/token/introspection', 'POST'),
    revocation_endpoint: at('/token/revocation', 'POST'),
    acr_values_supported: async (values) => {
      for (const acr of list(values)) {
        const { claims } = await signIn(app, ada, { acr_values: acr });
        // The passkey here is a synced one, which is no `phrh`.
        assert.equal(claims.acr, acr === 'phrh' ? 'phr' : acr);
      }
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['loa4'] } } });
      await refused({ claims });
    },
    claims_parameter_supported: async () => {
      const claims = JSON.stringify({ userinfo: { name: null } });
      const { tokens } = await signIn(app, ada, { claims });
      assert.equal((await app.userInfo(tokens.access_token)).body.name, 'Ada Lovelace');
    },
    claims_supported: async (announced) => {
      const { tokens, claims } = await signIn(app, ada, { scope: 'openid profile email groups' });
      const told = { ...claims, ...(await app.userInfo(tokens.access_token)).body };
      const others = ['locale', 'groups', 'sid'];
      for (const claim of list(announced)) assert.ok(claim in told || others.includes(claim), claim);
    },
    claim_types_supported: (types) => assert.deepEqual(types, ['normal']),
    code_challenge_methods_supported: async (methods) => {
      assert.deepEqual(methods, ['S256']);
      assert.equal((await app.redeem(await app.code(ada))).status, 200);
      await refused({ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' });
    },
    grant_types_supported: async (types) => {
      for (const type of list(types))
        assert.notEqual((await exchange(type)).body.error, 'unsupported_grant_type', type);
      for (const type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
        assertRefused(await exchange(type), 'unsupported_grant_type');
    },
    authorization_response_iss_parameter_supported: async () => {
      assert.equal((await app.answerOf(ada)).get('iss'), installation.origin);
      await refused({ scope: 'openid', prompt: 'none login' });
    },
    response_modes_supported: async (modes) => {
      for (const response_mode of list(modes)) await signInBy(response_mode);
      assert.ok(await refusal(app, ada, { response_mode: 'web_message' }));
    },
    response_types_supported: async (types) => {
      assert.deepEqual(list(types).toSorted(), ['code', 'none']);
      assert.equal((await app.answerOf(ada, { response_type: 'none' })).get('code'), null);
      for (const response_type of ['token', 'id_token', 'code id_token', 'code token'])
        await refused({ response_type });
    },
    scopes_supported: async (scopes) => {
      const scope = list(scopes).join(' ');
      const { tokens } = await signIn(app, ada, { scope, prompt: 'consent' });
      assert.deepEqual(new Set(tokens.scope.split(' ')), new Set(list(scopes)));
    },
    subject_types_supported: async (types) => {
      const subs = [];
      for (const subjectType of list(types) as NonNullable<NewApp['subjectType']>[]) {
        const known = await addable({ pkce: 'off', subjectType });
        subs.push((await signIn(known, ada)).claims.sub);
      }
      assert.deepEqual(list(types), ['public', 'pairwise']);
      assert.equal(new Set(subs).size, 2);
      await assert.rejects(addable({ subjectType: 'ephemeral' }));
    },
    token_endpoint_auth_methods_supported: async (methods) => {
      for (const method of list(methods).filter((each) => /^(client_secret_|none$)/.test(each)))
        await addable(method === 'none' ? { kind: 'browser' } : { tokenEndpointAuthMethod: method });
      await assert.rejects(addable({ tokenEndpointAuthMethod: 'client_secret_jwt' }));
    },
    token_endpoint_auth_signing_alg_values_supported: isAsymmetric,
    id_token_signing_alg_values_supported: async (algorithms) => {
      for (const alg of list(algorithms)) {
        const signed = await addable({ pkce: 'off', idTokenSignedResponseAlg: alg });
        const { tokens } = await signIn(signed, ada);
        assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg);
      }
      for (const alg of ['none', 'HS256', 'ES384'])
        await assert.rejects(addable({ idTokenSignedResponseAlg: alg }), alg);
    },
    request_uri_parameter_supported: async (supported) => {
      isFalse(supported);
      await refused({ request_uri: 'https://notes.example.com/request.jwt' });
    },
    pushed_authorization_request_endpoint: at('/request', 'POST'),
    request_parameter_supported: isTrue,
    request_object_signing_alg_values_supported: isAsymmetric,
    request_object_encryption_alg_values_supported: isEmpty,
    request_object_encryption_enc_values_supported: isEmpty,
    dpop_signing_alg_values_supported: isAsymmetric,
    userinfo_signing_alg_values_supported: isAsymmetric,
    authorization_signing_alg_values_supported: isAsymmetric,
    introspection_signing_alg_values_supported: isAsymmetric,
    backchannel_authentication_request_signing_alg_values_supported: isAsymmetric,
    ...Object.fromEntries(
      ['id_token', 'userinfo', 'authorization', 'introspection'].flatMap((answer) => [
        [`${answer}_encryption_alg_values_supported`, encrypts('encryptionAlg', 'RSA1_5')],
        [`${answer}_encryption_enc_values_supported`, encrypts('encryptionEnc', 'A192GCM')],
      ]),
    ),
    authorization_details_types_supported: async (types) => {
      assert.deepEqual(types, []);
      await refused({ authorization_details: JSON.stringify([{ type: 'payment' }]) });
    },
    backchannel_authentication_endpoint: at('/backchannel', 'POST'),
    backchannel_token_delivery_modes_supported: async (modes) => {
      const endpoint = 'https://notes.example.com/ping';
      for (const deliveryMode of list(modes))
        await addable({
          ciba: { deliveryMode, ...(deliveryMode === 'ping' && { notificationEndpoint: endpoint }) },
        });
      await assert.rejects(addable({ ciba: { deliveryMode: 'push', notificationEndpoint: endpoint } }));
    },
    backchannel_user_code_parameter_supported: isFalse,
    frontchannel_logout_supported: isTrue,
    frontchannel_logout_session_supported: async () => {
      const told = await addable({
        ...{ pkce: 'off', frontchannelLogoutUri: 'https://notes.example.com/frame' },
        frontchannelLogoutSessionRequired: true,
      });
      assert.ok(payloadOf((await signIn(told, ada)).tokens.id_token).sid);
    },
    backchannel_logout_supported: isTrue,
    backchannel_logout_session_supported: async () => {
      const told = await addable({
        ...{ pkce: 'off', backchannelLogoutUri: 'https://notes.example.com/logout' },
        backchannelLogoutSessionRequired: true,
      });
      assert.ok(payloadOf((await signIn(told, ada)).tokens.id_token).sid);
    },
  };

  /** The answer comes in that way: in the address, behind its #, or as a form. */
  async function signInBy(response_mode: string): Promise<void> {
    const browser = createBrowser(installation.origin, { of: ada });
    const answer = await browser.follow(app.authorizationUrl({ response_mode, nonce: 'n' }));
    const places: Record<string, RegExp> = {
      ...{ query: /\?code=/, fragment: /#code=/, jwt: /\?response=/ },
      ...{ 'query.jwt': /\?response=/, 'fragment.jwt': /#response=/ },
    };
    const place = places[response_mode];
    if (place) assert.match(answer.location ?? '', place);
    else assert.match(answer.text, /name="(code|response)"/, response_mode);
  }

  it('is all in this table', () => {
    assert.deepEqual(Object.keys(metadata).toSorted(), Object.keys(checks).toSorted());
  });

  for (const [field, check] of Object.entries(checks)) it(`works: ${field}`, () => check(metadata[field]));
});
