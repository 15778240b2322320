import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import * as client from 'openid-client';
import {
  assertErrorPage,
  type Parameters,
  payloadOf,
  type TokenAnswer,
} from '../../testing/app-under-test.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../../testing/browser.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { metadataOf, tryPlan } from '../../testing/conformance.ts';
import {
  addFapiClient,
  type FapiClient,
  mtlsHost,
  type Pairing,
  type Wrong,
} from '../../testing/fapi-client.ts';
import { openidParty } from '../../testing/fapi-openid-party.ts';
import { fapiAnswer } from '../../testing/fapi-party.ts';
import { ofSigning } from '../../testing/fapi-signing.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { json, setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { newProofKey } from '../../testing/proof.ts';
import { fapiSecurityPlan, fapiSigningPlan, named } from './fapi.ts';

type Profile = 'fapi2-security' | 'fapi2-message-signing';
type Clients = [one: FapiClient, two: FapiClient];

const pairings: Pairing[] = (['private_key_jwt', 'mtls'] as const).flatMap((auth) =>
  (['dpop', 'mtls'] as const).map((sender) => ({ auth, sender })),
);
const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;

onSqlite('the OpenID conformance plans of FAPI 2.0', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let folder: string;
  const clients = new Map<string, Clients>();
  const keyOf = (profile: Profile, { auth, sender }: Pairing) => `${profile} ${auth} ${sender}`;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-fapi-'));
    const authority = await createAuthority({ trustDomain: 'example.com' });
    const file = join(folder, 'authorities.pem');
    writeFileSync(file, authority.certificate);
    installation = await start({
      LATCHKEY_MTLS_URL: `http://${mtlsHost}`,
      LATCHKEY_CLIENT_CA_FILE: file,
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    });
    ada = await setUp(installation);
    await ada.follow('/account');
    for (const profile of ['fapi2-security', 'fapi2-message-signing'] as const)
      for (const pairing of pairings) {
        const add = (name: 'monitor' | 'provider') =>
          addFapiClient({ installation, authority, pairing, security: { profile }, name });
        clients.set(keyOf(profile, pairing), [await add('monitor'), await add('provider')]);
      }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const stranger = () => createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });

  /** So many seconds later. */
  async function later(ahead: number, work: () => Promise<void>): Promise<void> {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + ahead * 1000 });
    try {
      await work();
    } finally {
      mock.timers.reset();
    }
  }

  function ofSecurity(profile: Profile, pairing: Pairing) {
    const pair = () => clients.get(keyOf(profile, pairing)) ?? assert.fail();
    const one = () => pair()[0];
    const signs = profile === 'fapi2-message-signing';

    /** Refused by the endpoint for pushed requests, with one of these errors. */
    const notPushed =
      (errors: readonly string[], parameters: Parameters = {}, wrong: Wrong = {}) =>
      async () => {
        const { status, body } = await one().push(parameters, wrong);
        assert.ok(status === 400 || status === 401, `${status} ${JSON.stringify(body)}`);
        assert.ok(errors.includes(String(body.error)), JSON.stringify(body));
      };
    const asked = (parameters: Parameters = {}, beside: Record<string, string> = {}) => ({
      async of(each = one(), browser = ada): Promise<Answer> {
        const { status, body } = await each.push(parameters);
        assert.equal(status, 201, JSON.stringify(body));
        return each.ask(browser, String(body.request_uri), beside);
      },
    });
    /** The whole flow, to a token that opens userinfo. */
    const flow = async (parameters: Parameters = {}, wrong: Wrong = {}, each = one()) => {
      const { status, body } = await each.redeem(await each.code(ada, parameters, wrong), {}, wrong);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(String(body.token_type), pairing.sender === 'dpop' ? 'DPoP' : 'Bearer');
      assert.equal((await each.userInfo(body.access_token)).status, 200);
      return { body, claims: payloadOf(String(body.id_token)) };
    };
    const goesWell =
      (parameters: Parameters = {}, wrong: Wrong = {}) =>
      async () =>
        void (await flow(parameters, wrong));
    const notRedeemed =
      (errors: readonly string[], fields: Parameters = {}, wrong: Wrong = {}) =>
      async () =>
        refusedWith(await one().redeem(await one().code(ada), fields, wrong), errors);
    function refusedWith({ status, body }: TokenAnswer, errors: readonly string[]): void {
      assert.ok(status === 400 || status === 401, `${status} ${JSON.stringify(body)}`);
      assert.ok(errors.includes(String(body.error)), JSON.stringify(body));
      assert.equal(body.access_token, undefined);
    }
    const assertionFails = (wrong: Exclude<Wrong['assertion'], undefined>) =>
      notRedeemed(['invalid_client', 'invalid_request'], {}, { assertion: wrong });
    const audienceFails = (aud: () => unknown) => () =>
      notPushed(['invalid_client', 'invalid_request'], {}, { assertion: { claims: { aud: aud() } } })();
    const unpushed = async (): Promise<Record<string, unknown>> => {
      const url = one().app.authorizationUrl(signs ? { response_mode: 'jwt' } : {});
      return one().told(await ada.follow(url));
    };
    const proofAt = (ahead: number): Wrong => ({ proof: { claims: { iat: seconds(ahead) } } });
    const ofKey = async () => ({ dpop_jkt: await calculateJwkThumbprint(one().proofKey.jwk) });
    const isRefused = async (answer: Promise<Response>) =>
      assert.ok([400, 401].includes((await answer).status));
    const noHolder: Wrong = pairing.sender === 'dpop' ? { proof: false } : { certificate: false };

    return {
      async 'discovery-end-point-verification'() {
        const metadata = await metadataOf(installation.origin);
        const has = (name: string, value: string) =>
          assert.ok((metadata[name] as string[]).includes(value), `${name} ${value}`);
        has('response_types_supported', 'code');
        has('code_challenge_methods_supported', 'S256');
        has('token_endpoint_auth_methods_supported', 'private_key_jwt');
        has('token_endpoint_auth_methods_supported', 'tls_client_auth');
        for (const what of ['id_token', 'token_endpoint_auth', 'dpop', 'request_object', 'authorization'])
          has(`${what}_signing_alg_values_supported`, 'ES256');
        has('response_modes_supported', 'jwt');
        assert.ok(Array.isArray(metadata.authorization_encryption_alg_values_supported));
        assert.equal(metadata.authorization_response_iss_parameter_supported, true);
        assert.equal(metadata.tls_client_certificate_bound_access_tokens, true);
        const aliases = metadata.mtls_endpoint_aliases as Record<string, string>;
        for (const name of ['token_endpoint', 'pushed_authorization_request_endpoint', 'userinfo_endpoint'])
          assert.ok(metadata[name] && aliases[name], name);
      },
      async 'happy-flow'() {
        const party = await openidParty(installation, one(), pairing);
        if (signs) client.useJwtResponseMode(party.config);
        const { answer, checks } = await fapiAnswer(ada, party, signs ? { response_mode: 'jwt' } : {});
        const { config, binding } = party;
        const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, binding);
        const sub = tokens.claims()?.sub ?? '';
        assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, binding)).sub, sub);
        const redirect_uri = 'https://notes.example.com/callback?dummy1=lorem';
        const [, two] = pair();
        const code = await two.code(ada, { redirect_uri });
        const { body } = await two.redeem(code, { redirect_uri });
        assert.equal((await two.userInfo(body.access_token)).status, 200);
        // What holds the one's token does not hold the other's.
        await isRefused(one().userInfo(body.access_token));
        await isRefused(two.userInfo(body.access_token, noHolder));
      },
      async 'user-rejects-authentication'() {
        const browser = stranger();
        const { body } = await one().push();
        const query = new URLSearchParams({ client_id: one().app.id, request_uri: String(body.request_uri) });
        const page = await browser.follow(`${installation.origin}/auth?${query}`);
        const { urls } = pageData<{ urls: { abort: string } }>(page);
        const { location } = json<{ location: string }>(await browser.post(urls.abort, {}));
        const told = one().told(await browser.follow(location));
        assert.deepEqual([told.error, told.state], ['access_denied', 'a state']);
      },
      async 'ensure-authorization-request-without-state-success'() {
        assert.equal(one().told(await asked({ state: undefined }).of()).state, undefined);
      },
      async 'ensure-authorization-request-without-nonce-success'() {
        assert.equal((await flow({ nonce: undefined })).claims.nonce, undefined);
      },
      async 'ensure-authorization-request-with-64-char-nonce-success'() {
        assert.equal((await flow({ nonce: 'n'.repeat(64) })).claims.nonce, 'n'.repeat(64));
      },
      'ensure-other-scope-order-succeeds': goesWell({ scope: 'email profile openid' }),
      async 'test-claims-parameter-identity-claims'() {
        const named = ['name', 'preferred_username', 'updated_at', 'email', 'email_verified'];
        const wanted = { ...Object.fromEntries(named.map((name) => [name, null])), an_unknown_one: null };
        const claims = JSON.stringify({
          id_token: wanted,
          userinfo: { ...wanted, name: { essential: true } },
        });
        const { body } = await flow({ claims });
        const told = (await (await one().userInfo(body.access_token)).json()) as Record<string, unknown>;
        for (const name of named) assert.ok(name in told, name);
        assert.ok(!('an_unknown_one' in told));
      },
      async 'access-token-type-header-case-sensitivity'() {
        const { body } = await flow();
        for (const scheme of pairing.sender === 'dpop' ? ['dPOp', 'dpop'] : ['bEARER', 'bearer'])
          assert.equal((await one().userInfo(body.access_token, { scheme })).status, 200, scheme);
      },
      'check-dpop-proof-nbf-exp': () =>
        goesWell({}, { proof: { claims: { nbf: seconds(0), exp: seconds(300) } } })(),
      'ensure-dpopproof-with-iat-10seconds-before-succeeds': () => goesWell({}, proofAt(-10))(),
      'ensure-dpopproof-with-iat-10seconds-after-succeeds': () => goesWell({}, proofAt(10))(),
      async 'ensure-mismatched-dpop-jkt-fails'() {
        const dpop_jkt = await calculateJwkThumbprint(newProofKey().jwk);
        await notPushed(['invalid_request', 'invalid_dpop_proof'], { dpop_jkt })();
      },
      'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt': () =>
        notRedeemed(['invalid_grant', 'invalid_dpop_proof'], {}, { proof: { key: newProofKey() } })(),
      async 'ensure-token-endpoint-fails-with-mismatched-dpop-jkt'() {
        const code = await one().code(ada, await ofKey());
        const other = await one().redeem(code, {}, { proof: { key: newProofKey() } });
        refusedWith(other, ['invalid_grant', 'invalid_dpop_proof']);
      },
      'ensure-dpopproof-at-par-endpoint-binding-success': goesWell(),
      'ensure-dpop-auth-code-binding-success': async () => void (await flow(await ofKey())),
      async 'ensure-different-nonce-inside-and-outside-request-object'() {
        const { code } = one().told(await asked({}, { nonce: 'another' }).of());
        const { body } = await one().redeem(String(code));
        assert.equal(payloadOf(String(body.id_token)).nonce, 'a nonce');
      },
      async 'ensure-different-state-inside-and-outside-request-object'() {
        assert.equal(one().told(await asked({}, { state: 'another' }).of()).state, 'a state');
      },
      async 'ensure-authorization-request-with-long-nonce'() {
        assert.equal((await flow({ nonce: 'n'.repeat(384) })).claims.nonce, 'n'.repeat(384));
      },
      async 'ensure-authorization-request-with-long-state'() {
        assert.equal(one().told(await asked({ state: 's'.repeat(1024) }).of()).state, 's'.repeat(1024));
      },
      async 'state-only-outside-request-object-not-used'() {
        assert.equal(one().told(await asked({ state: undefined }, { state: 'x' }).of()).state, undefined);
      },
      'ensure-request-object-without-redirect-uri-fails': notPushed(['invalid_request'], {
        redirect_uri: undefined,
      }),
      'plain-fapi-tolerate-unregistered-redirect-uri': notPushed(['invalid_request'], {
        redirect_uri: 'https://notes.example.com/elsewhere',
      }),
      async 'ensure-unsigned-authorization-request-without-using-par-fails'() {
        assert.equal((await unpushed()).error, 'invalid_request');
      },
      'ensure-redirect-uri-in-authorization-request': notPushed(['invalid_request'], {
        redirect_uri: undefined,
      }),
      'ensure-response-type-code-idtoken-fails': notPushed(['unsupported_response_type', 'invalid_request'], {
        response_type: 'code id_token',
      }),
      'ensure-response-type-token-fails': notPushed(['unsupported_response_type', 'invalid_request'], {
        response_type: 'token',
      }),
      async 'ensure-client-id-in-token-endpoint'() {
        const code = await one().code(ada);
        const [, two] = pair();
        const fields = { client_id: two.app.id };
        // As the second client, with what the first one has.
        const claims = { iss: two.app.id, sub: two.app.id };
        const answer = await one().redeem(code, fields, { assertion: { claims } });
        refusedWith(answer, ['invalid_client', 'invalid_grant']);
      },
      'ensure-holder-of-key-required': notRedeemed(
        ['invalid_client', 'invalid_grant', 'invalid_request', 'invalid_dpop_proof'],
        {},
        noHolder,
      ),
      async 'ensure-authorization-code-is-bound-to-client'() {
        const [, two] = pair();
        refusedWith(await two.redeem(await one().code(ada)), ['invalid_grant']);
      },
      async 'attempt-reuse-authorization-code-after-one-second'() {
        const code = await one().code(ada);
        const { body } = await one().redeem(code);
        await later(1, async () => refusedWith(await one().redeem(code), ['invalid_grant']));
        await isRefused(one().userInfo(body.access_token));
      },
      async 'ensure-token-endpoint-fails-with-expired-auth-code'() {
        const code = await one().code(ada);
        await later(61, async () => refusedWith(await one().redeem(code), ['invalid_grant']));
      },
      'ensure-signed-client-assertion-with-RS256-fails': () =>
        assertionFails({ header: { alg: 'RS256' }, key: one().rsaKey })(),
      'ensure-client-assertion-in-token-endpoint': assertionFails(false),
      'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': () =>
        assertionFails({ claims: { exp: seconds(-300) } })(),
      'ensure-client-assertion-with-wrong-aud-fails': assertionFails({
        claims: { aud: 'https://other1.example.com' },
      }),
      'ensure-client-assertion-with-no-sub-fails': assertionFails({ claims: { sub: undefined } }),
      async 'dpop-negative-tests'() {
        const { body } = await flow();
        const use = (claims: Record<string, unknown>) =>
          one().userInfo(body.access_token, { proof: { claims } });
        const wrong = [
          ...['jti', 'htm', 'htu', 'iat', 'ath'].map((name) => ({ [name]: undefined })),
          ...[{ htm: 'PUT' }, { htu: 'https://other1.example.com/me' }, { ath: 'x' }],
        ];
        for (const claims of wrong) await isRefused(use(claims));
        await isRefused(one().userInfo(body.access_token, { proof: { key: newProofKey() } }));
        await isRefused(one().userInfo(body.access_token, { proof: false }));
        await isRefused(one().userInfo(body.access_token, { proof: false, scheme: 'Bearer' }));
        assert.equal((await use({ jti: 'one' })).status, 200);
        await isRefused(use({ jti: 'one' }));
        assert.equal((await use({ an_extra_one: 'x' })).status, 200);
      },
      async 'refresh-token'() {
        const { body } = await flow({ scope: 'openid offline_access', prompt: 'consent' });
        const [, two] = pair();
        const next = await one().refresh(body.refresh_token);
        assert.equal(next.status, 200, JSON.stringify(next.body));
        assert.ok([undefined, body.refresh_token].includes(next.body.refresh_token), 'it is not rotated');
        assert.equal((await one().userInfo(next.body.access_token)).status, 200);
        const ways = ['invalid_client', 'invalid_grant', 'invalid_request', 'invalid_dpop_proof'];
        const nobody: Wrong = pairing.auth === 'mtls' ? { certificate: false } : { assertion: false };
        for (const wrong of [nobody, noHolder])
          refusedWith(await one().refresh(body.refresh_token, wrong), ways);
        refusedWith(await two.refresh(body.refresh_token), ['invalid_grant']);
      },
      async 'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds'() {
        const browser = stranger();
        const { body } = await one().push();
        const query = new URLSearchParams({ client_id: one().app.id, request_uri: String(body.request_uri) });
        const page = await browser.follow(`${installation.origin}/auth?${query}`);
        assert.equal(pageData<{ kind: string }>(page).kind, 'sign-in');
        assert.ok(one().told(await one().ask(browser, String(body.request_uri))).code);
      },
      async 'par-attempt-reuse-request_uri'() {
        const { body } = await one().push();
        assert.ok(one().told(await one().ask(ada, String(body.request_uri))).code);
        assertErrorPage(await one().ask(ada, String(body.request_uri)));
      },
      async 'par-attempt-to-use-expired-request_uri'() {
        const { body } = await one().push();
        await later(Number(body.expires_in) + 11, async () =>
          assertErrorPage(await one().ask(ada, String(body.request_uri))),
        );
      },
      'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted': () =>
        goesWell({}, { assertion: { claims: { iat: seconds(8), nbf: seconds(8) } } })(),
      'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails': () => {
        const claims = { iat: seconds(70), nbf: seconds(70), exp: seconds(130) };
        return notPushed(['invalid_client', 'invalid_request'], {}, { assertion: { claims } })();
      },
      async 'par-attempt-to-use-request_uri-for-different-client'() {
        const [, two] = pair();
        const { body } = await one().push();
        assertErrorPage(await two.ask(ada, String(body.request_uri)));
      },
      async 'par-authorization-request-containing-request_uri-form-param'() {
        const fields = { ...one().parameters(), request_uri: 'urn:ietf:params:oauth:request_uri:x' };
        const { status, body } = await one().post('/request', fields);
        assert.equal(status, 400);
        assert.match(
          String(body.error),
          /^(invalid_request|invalid_request_object|request_uri_not_supported)$/,
        );
      },
      async 'par-attempt-invalid-http-method'() {
        const body = new URLSearchParams(one().parameters());
        const { status } = await fetch(`${installation.origin}/request`, { method: 'PUT', body });
        assert.ok(status >= 400 && status < 500, String(status));
      },
      'par-ensure-pkce-required': notPushed(['invalid_request'], {
        ...{ code_challenge: undefined, code_challenge_method: undefined },
      }),
      'ensure-pkce-code-verifier-required': notRedeemed(['invalid_grant'], { code_verifier: undefined }),
      'incorrect-pkce-code-verifier-rejected': notRedeemed(['invalid_grant'], {
        code_verifier: 'another-verifier-that-is-long-enough-for-rfc-7636',
      }),
      'par-plain-pkce-rejected': notPushed(['invalid_request'], { code_challenge_method: 'plain' }),
      'par-without-duplicate-parameters': goesWell(),
      'par-test-array-as-audience-fails': audienceFails(() => [installation.config.issuer]),
      'par-test-par-endpoint-url-as-audience-fails': audienceFails(() => `${installation.origin}/request`),
      'par-test-token-endpoint-url-as-audience-fails': audienceFails(() => `${installation.origin}/token`),
    };
  }

  for (const pairing of pairings) {
    const variant = `client_auth_type=${pairing.auth}, sender_constrain=${pairing.sender}`;
    const run = { variant, parts: [pairing.auth, pairing.sender] };
    tryPlan(fapiSecurityPlan, named(ofSecurity('fapi2-security', pairing)), run);
    const signed = {
      ...ofSecurity('fapi2-message-signing', pairing),
      ...ofSigning(() => clients.get(keyOf('fapi2-message-signing', pairing)) ?? assert.fail(), {
        ada: () => ada,
        issuer: () => installation.config.issuer,
      }),
    };
    tryPlan(fapiSigningPlan, named(signed), run);
  }
});
