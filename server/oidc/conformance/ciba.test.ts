import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { payloadOf, type TokenAnswer } from '../../testing/app-under-test.ts';
import { approveLatest, waitingFor } from '../../testing/backchannel.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { metadataOf, tryPlan } from '../../testing/conformance.ts';
import { addFapiClient, type FapiClient, mtlsHost, type Wrong } from '../../testing/fapi-client.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { type PingReceiver, startPingReceiver } from '../../testing/ping-receiver.ts';
import { cibaPlan } from './ciba.ts';
import type { Tried } from './plan.ts';

type Mode = 'poll' | 'ping';
type Auth = 'private_key_jwt' | 'mtls';
type Clients = [one: FapiClient, two: FapiClient];

const ways = (['poll', 'ping'] as const).flatMap((mode) =>
  (['private_key_jwt', 'mtls'] as const).map((auth) => ({ mode, auth })),
);
const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;
const badMessage =
  '1234 \u{1F44D}\u{1F3FF} 品川 Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do';

onSqlite('the OpenID conformance plan of FAPI-CIBA', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let folder: string;
  let receiver: PingReceiver;
  const clients = new Map<string, Clients>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-ciba-'));
    const authority = await createAuthority({ trustDomain: 'example.com' });
    const file = join(folder, 'authorities.pem');
    writeFileSync(file, authority.certificate);
    installation = await start({
      ...{ LATCHKEY_MTLS_URL: `http://${mtlsHost}`, LATCHKEY_CLIENT_CA_FILE: file },
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    });
    ada = await setUp(installation);
    receiver = await startPingReceiver();
    for (const { mode, auth } of ways) {
      const add = (name: 'monitor' | 'provider') =>
        addFapiClient({
          ...{ installation, authority, name, pairing: { auth, sender: 'mtls' } },
          security: {
            ...{ requireSignedRequestObject: true, requestAlg: 'ES256' },
            ...(auth === 'private_key_jwt' && { assertionAlg: 'ES256' }),
          },
          ciba: { deliveryMode: mode, ...(mode === 'ping' && { notificationEndpoint: receiver.uri }) },
        });
      clients.set(`${mode} ${auth}`, [await add('monitor'), await add('provider')]);
    }
  });
  after(async () => {
    await receiver[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  function modules(mode: Mode, auth: Auth): Tried<typeof cibaPlan> {
    const pair = () => clients.get(`${mode} ${auth}`) ?? assert.fail();
    const one = () => pair()[0];
    const asked = { scope: 'openid', login_hint: 'ada', binding_message: '1234' };
    const ofPing =
      mode === 'ping' ? { client_notification_token: 'a-token-of-the-app-that-nobody-guesses' } : {};

    async function ask(more: Record<string, unknown> = {}, wrong: Wrong = {}): Promise<TokenAnswer> {
      const claims = { ...asked, ...ofPing, ...more };
      if (wrong.request === false) return one().post('/backchannel', claims as Record<string, string>, wrong);
      return one().post('/backchannel', { request: await one().sign(claims, wrong.request) }, wrong);
    }
    /** Asks, with nothing else before the person. */
    async function begin(more: Record<string, unknown> = {}): Promise<string> {
      for (const id of (await waitingFor(ada)).ids) await ada.post('/account/requests/decline', { id });
      const { status, body } = await ask(more);
      assert.equal(status, 200, JSON.stringify(body));
      return String(body.auth_req_id);
    }
    const poll = (auth_req_id: string, wrong: Wrong = {}, by = one()) =>
      by.post('/token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id }, wrong);
    let latest = '';
    async function flow(more: Record<string, unknown> = {}) {
      const id = await begin(more);
      latest = id;
      await approveLatest(ada);
      if (mode === 'ping') {
        const { authorization } = await receiver.pingFor(id);
        assert.equal(authorization, `Bearer ${ofPing.client_notification_token}`);
      }
      const { status, body } = await poll(id);
      assert.equal(status, 200, JSON.stringify(body));
      const interactionId = randomUUID();
      const told = await one().userInfo(body.access_token, { interactionId });
      assert.equal(told.status, 200);
      assert.equal(told.headers.get('x-fapi-interaction-id'), interactionId);
      const unnamed = await one().userInfo(body.access_token);
      assert.match(unnamed.headers.get('x-fapi-interaction-id') ?? '', /^[\da-f-]{36}$/);
      return body;
    }
    const goesWell =
      (more: Record<string, unknown> = {}) =>
      async () =>
        void (await flow(more));
    function refusedWith({ status, body }: TokenAnswer, errors: readonly string[]): void {
      assert.ok(status === 400 || status === 401, `${status} ${JSON.stringify(body)}`);
      assert.ok(errors.includes(String(body.error)), JSON.stringify(body));
    }
    const fails = (wrong: () => Wrong['request']) => async () =>
      refusedWith(await ask({}, { request: wrong() as Exclude<Wrong['request'], undefined> }), [
        'invalid_request',
      ]);
    const withClaims = (claims: () => Record<string, unknown>) => fails(() => ({ claims: claims() }));
    const badClient = ['access_denied', 'invalid_request', 'invalid_client'];
    /** The app answers its ping so, and gets its tokens all the same. */
    const answering =
      (status: number, more = async () => {}) =>
      async () => {
        receiver.status = status;
        try {
          await flow();
          await more();
          assert.equal(receiver.pings.filter(({ authReqId }) => authReqId === latest).length, 1);
        } finally {
          receiver.status = 204;
        }
      };

    return {
      async 'fapi-ciba-id1-discovery-end-point-verification'() {
        const metadata = await metadataOf(installation.origin);
        assert.ok((metadata.backchannel_token_delivery_modes_supported as string[]).includes(mode));
        assert.ok((metadata.grant_types_supported as string[]).includes('urn:openid:params:grant-type:ciba'));
        const algorithms = metadata.backchannel_authentication_request_signing_alg_values_supported;
        assert.ok((algorithms as string[]).includes('ES256'));
        assert.equal(metadata.backchannel_user_code_parameter_supported, false);
        const aliases = metadata.mtls_endpoint_aliases as Record<string, string>;
        assert.ok(
          metadata.backchannel_authentication_endpoint && aliases.backchannel_authentication_endpoint,
        );
      },
      async 'fapi-ciba-id1'() {
        const { access_token, id_token } = await flow();
        assert.ok(payloadOf(String(id_token)).auth_time);
        const [, two] = pair();
        assert.equal((await two.userInfo(access_token)).status, 401);
        assert.equal((await one().userInfo(access_token, { certificate: false })).status, 401);
      },
      async 'fapi-ciba-id1-user-rejects-authentication'() {
        const id = await begin();
        for (const waiting of (await waitingFor(ada)).ids)
          await ada.post('/account/requests/decline', { id: waiting });
        refusedWith(await poll(id), ['access_denied']);
      },
      async 'fapi-ciba-id1-multiple-call-to-token-endpoint'() {
        const id = await begin();
        for (let i = 0; i < 3; i += 1) refusedWith(await poll(id), ['authorization_pending', 'slow_down']);
      },
      async 'fapi-ciba-id1-auth-req-id-expired'() {
        const { body } = await ask({ requested_expiry: 10 });
        mock.timers.enable({ apis: ['Date'], now: seconds(Number(body.expires_in) + 11) * 1000 });
        try {
          refusedWith(await poll(String(body.auth_req_id)), ['expired_token']);
        } finally {
          mock.timers.reset();
        }
      },
      'fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds': goesWell({
        binding_message: '1234',
      }),
      'fapi-ciba-id1-ensure-other-scope-order-succeeds': goesWell({ scope: 'email profile openid' }),
      'fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds': goesWell({ requested_expiry: '30' }),
      async 'fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message'() {
        refusedWith(await ask({ binding_message: badMessage }), ['invalid_binding_message']);
      },
      'fapi-ciba-id1-ensure-request-object-missing-aud-fails': withClaims(() => ({ aud: undefined })),
      'fapi-ciba-id1-ensure-request-object-bad-aud-fails': withClaims(() => ({
        aud: 'https://other1.example.com',
      })),
      'fapi-ciba-id1-ensure-request-object-missing-iss-fails': withClaims(() => ({ iss: undefined })),
      'fapi-ciba-id1-ensure-request-object-bad-iss-fails': withClaims(() => ({ iss: pair()[1].app.id })),
      'fapi-ciba-id1-ensure-request-object-missing-exp-fails': withClaims(() => ({ exp: undefined })),
      'fapi-ciba-id1-ensure-request-object-expired-exp-fails': withClaims(() => ({ exp: seconds(-300) })),
      'fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails': withClaims(() => ({
        exp: seconds(70 * 60),
      })),
      'fapi-ciba-id1-ensure-request-object-missing-iat-fails': withClaims(() => ({ iat: undefined })),
      'fapi-ciba-id1-ensure-request-object-missing-nbf-fails': withClaims(() => ({ nbf: undefined })),
      'fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails': withClaims(() => ({
        ...{ nbf: seconds(600), exp: seconds(900) },
      })),
      'fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails': withClaims(() => ({
        nbf: seconds(-70 * 60),
      })),
      'fapi-ciba-id1-ensure-request-object-missing-jti-fails': withClaims(() => ({ jti: undefined })),
      'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails': fails(() => ({
        header: { alg: 'none' },
      })),
      async 'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails'() {
        const request = (await one().sign({ ...asked, ...ofPing })).replace(/[^.]+$/, (part) =>
          Buffer.from(part, 'base64url').reverse().toString('base64url'),
        );
        refusedWith(await one().post('/backchannel', { request }), ['invalid_request']);
      },
      'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails': fails(() => ({
        ...{ header: { alg: 'RS256' }, key: one().rsaKey },
      })),
      'fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails': fails(() => ({
        key: pair()[1].keys.privateKey,
      })),
      async 'fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails'() {
        refusedWith(await ask({ id_token_hint: 'x' }), ['invalid_request']);
      },
      async 'fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request'() {
        refusedWith(await poll(await begin(), {}, pair()[1]), ['invalid_grant']);
      },
      async 'fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request'() {
        const request = await one().sign({ ...asked, ...ofPing });
        const answer = await one().post('/backchannel', { request, client_id: pair()[1].app.id });
        refusedWith(answer, ['invalid_client']);
      },
      async 'fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request'() {
        const { certificate } = pair()[1];
        refusedWith(await poll(await begin(), { certificate }), ['invalid_client']);
      },
      async 'fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request'() {
        refusedWith(await ask({}, { certificate: pair()[1].certificate }), badClient);
      },
      async 'fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request'() {
        refusedWith(await poll(await begin(), { assertion: false }), ['invalid_client', 'invalid_request']);
      },
      async 'fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request'() {
        refusedWith(await ask({}, { assertion: false }), badClient);
      },
      async 'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails'() {
        const wrong = { assertion: { header: { alg: 'RS256' }, key: one().rsaKey } };
        refusedWith(await ask({}, wrong), badClient);
      },
      async 'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails'() {
        const wrong = { assertion: { header: { alg: 'RS256' }, key: one().rsaKey } };
        refusedWith(await poll(await begin(), wrong), ['invalid_client']);
      },
      'fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds': goesWell(),
      'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body': answering(200),
      'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401': answering(401),
      'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403': answering(403),
      'fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry':
        // A server that cannot be reached is told again after 5 seconds.
        answering(401, () => delay(5200)),
      'fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request': answering(301),
      'fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails': fails(() => false),
      async 'fapi-ciba-id1-refresh-token'() {
        const { refresh_token } = await flow({ scope: 'openid offline_access' });
        refusedWith(await pair()[1].refresh(refresh_token), ['invalid_grant']);
        refusedWith(await one().refresh(refresh_token, { certificate: false }), [
          ...['invalid_client', 'invalid_grant', 'invalid_request'],
        ]);
        const { status, body } = await one().refresh(refresh_token);
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal((await one().userInfo(body.access_token)).status, 200);
      },
      async 'fapi-ciba-id1-ensure-mtls-holder-of-key-required'() {
        const id = await begin();
        await approveLatest(ada);
        refusedWith(await poll(id, { certificate: false }), [
          ...['invalid_client', 'invalid_grant', 'invalid_request'],
        ]);
      },
    };
  }

  for (const { mode, auth } of ways)
    tryPlan(cibaPlan, modules(mode, auth), {
      variant: `ciba_mode=${mode}, client_auth_type=${auth}`,
      parts: [mode, auth],
    });
});
