import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cibaGrant } from '../apps/ciba.ts';
import { type AppUnderTest, appUnderTest } from '../testing/app-under-test.ts';
import { approveLatest } from '../testing/backchannel.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { type PingReceiver, startPingReceiver } from '../testing/ping-receiver.ts';
import {
  askRegistration as ask,
  assertRefusedWith as refusedWith,
  type Told,
} from '../testing/registration.ts';

const redirectUri = 'https://agent.example.com/callback';
const web = { redirect_uris: [redirectUri] };
const grant_types = ['authorization_code', cibaGrant];
const poll = { ...web, grant_types, backchannel_token_delivery_mode: 'poll' };

onEveryStorage('an app that registers itself', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let receiver: PingReceiver;
  before(async () => {
    receiver = await startPingReceiver();
    installation = await start({ LATCHKEY_REGISTRATION: 'token', LATCHKEY_OUTBOUND_ALLOW: 'localhost' });
    ada = await setUp(installation);
  });
  after(() => receiver[Symbol.asyncDispose]());

  const register = async (body: object, policy: object = {}) => {
    const { registrationTokens } = installation.administration;
    const { value: token } = await registrationTokens.add({ name: 'Agents', ...policy });
    return ask(installation, { token, body });
  };
  const change = ({ body }: Told, said: object) =>
    ask(installation, {
      ...{ method: 'PUT', path: `/${body.client_id}`, token: body.registration_access_token },
      body: { client_id: body.client_id, ...said },
    });
  const made = (told: Told, status = 201): Told => {
    assert.equal(told.status, status, JSON.stringify(told.body));
    return told;
  };
  const asApp = ({ body }: Told): AppUnderTest =>
    appUnderTest(installation.origin, {
      ...{ id: body.client_id, secret: String(body.client_secret), redirectUri },
    });
  const stored = async ({ body }: Told) => installation.storage.apps.findById(body.client_id);

  describe('and says how and where sign-ins begin', () => {
    const initiate_login_uri = 'https://agent.example.com/login';

    it('has that in force, and is told so', async () => {
      const told = made(await register({ ...web, default_max_age: 0, initiate_login_uri }));
      assert.deepEqual([told.body.default_max_age, told.body.initiate_login_uri], [0, initiate_login_uri]);
      const app = asApp(told);
      await app.code(ada);
      assert.equal((await app.answerOf(ada, { prompt: 'none' })).get('error'), 'login_required');
      assert.match(
        (await ada.follow('/account')).text,
        /<a href="https:\/\/agent\.example\.com\/login\?iss=/,
      );
    });

    it('may be asked for a newer sign-in later, and not be content with an older one', async () => {
      const first = made(await register({ ...web, default_max_age: 600, initiate_login_uri }));
      const second = made(await change(first, { ...web, default_max_age: 60 }), 200);
      assert.deepEqual([second.body.default_max_age, second.body.initiate_login_uri], [60, undefined]);
      assert.equal(
        made(await change(second, { ...web, default_max_age: 600 }), 200).body.default_max_age,
        60,
      );
    });

    for (const wrong of [
      { default_max_age: -1 },
      { default_max_age: 1.5 },
      { default_max_age: '60' },
      { initiate_login_uri: 'https://evil.example/login' },
      { initiate_login_uri: 'https://agent.example.com:8443/login' },
      { initiate_login_uri: 'http://agent.example.com/login' },
      { initiate_login_uri: 'javascript:alert(1)' },
      { initiate_login_uri: 'http://localhost/login', redirect_uris: ['http://localhost/callback'] },
    ])
      it(`O15 is refused ${JSON.stringify(wrong)}`, async () => {
        refusedWith(await register({ ...web, ...wrong }), 'invalid_client_metadata');
      });
  });

  describe('and asks for people by itself', () => {
    const policy = { grantTypes: [cibaGrant] };

    it('may where its token says so, and nowhere else', async () => {
      refusedWith(await register(poll), 'invalid_client_metadata');
      const told = made(await register({ ...poll, backchannel_user_code_parameter: false }, policy));
      assert.deepEqual(
        [told.body.grant_types, told.body.backchannel_token_delivery_mode],
        [grant_types, 'poll'],
      );
      assert.deepEqual((await stored(told))?.ciba, { deliveryMode: 'poll' });
      const app = asApp(told);
      const asked = await app.post('/backchannel', { scope: 'openid', login_hint: 'ada' });
      assert.equal(asked.status, 200, JSON.stringify(asked.body));
      await approveLatest(ada);
      const fields = { grant_type: cibaGrant, auth_req_id: String(asked.body.auth_req_id) };
      assert.ok((await app.post('/token', fields)).body.id_token);
    });

    it('loses that by leaving it out, and does not get it back; what administrators took stays taken', async () => {
      const told = made(await register(poll, policy));
      const same = made(await change(told, poll), 200);
      const without = made(await change(same, web), 200);
      assert.deepEqual(without.body.grant_types, ['authorization_code']);
      assert.equal((await stored(told))?.ciba, undefined);
      refusedWith(await change(without, poll), 'invalid_client_metadata');
      const other = made(await register(poll, policy));
      await installation.administration.apps.update({ id: other.body.client_id, ciba: null });
      refusedWith(await change(other, poll), 'invalid_client_metadata');
    });

    it('O16 is told of answers at private addresses as far as its token says', async () => {
      receiver.pings.length = 0;
      const ping = {
        ...{ ...poll, backchannel_token_delivery_mode: 'ping' },
        backchannel_client_notification_endpoint: receiver.uri,
      };
      for (const [outboundHosts, isTold] of [
        [undefined, false],
        [['localhost'], true],
      ] as const) {
        const told = made(await register(ping, { ...policy, ...(outboundHosts && { outboundHosts }) }));
        assert.equal(told.body.backchannel_client_notification_endpoint, receiver.uri);
        const { items } = await installation.administration.apps.refusals({ id: told.body.client_id });
        assert.equal(items.length, isTold ? 0 : 1, JSON.stringify(items));
        const asked = await asApp(told).post('/backchannel', {
          ...{ scope: 'openid', login_hint: 'ada', client_notification_token: 'a-token-of-the-app' },
        });
        assert.equal(asked.status, 200, JSON.stringify(asked.body));
        await approveLatest(ada);
        if (isTold) await receiver.pingFor(String(asked.body.auth_req_id));
      }
      assert.equal(receiver.pings.length, 1, 'the first would have come before');
    });

    it('is refused what is not had, by the name of the field', async () => {
      const { jwks } = newKeyPair();
      const signs = { ...poll, jwks, backchannel_authentication_request_signing_alg: 'ES256' };
      for (const [wrong, name] of [
        [{ ...poll, backchannel_token_delivery_mode: 'push' }, 'backchannel_token_delivery_mode'],
        [{ ...web, grant_types }, 'backchannel_token_delivery_mode'],
        [{ ...poll, backchannel_token_delivery_mode: 'ping' }, 'backchannel_client_notification_endpoint'],
        [
          { ...poll, backchannel_client_notification_endpoint: 'https://agent.example.com/ping' },
          'backchannel_client_notification_endpoint',
        ],
        [{ ...poll, backchannel_user_code_parameter: true }, 'backchannel_user_code_parameter'],
        [{ ...web, backchannel_token_delivery_mode: 'poll' }, 'backchannel_token_delivery_mode'],
        [{ ...poll, token_endpoint_auth_method: 'none' }, 'backchannel_token_delivery_mode'],
        [{ grant_types: [cibaGrant], backchannel_token_delivery_mode: 'poll' }, 'grant_types'],
        [signs, 'backchannel_authentication_request_signing_alg'],
      ] as const) {
        const refused = await register(wrong, { ...policy, kinds: ['web', 'browser'] });
        refusedWith(refused, 'invalid_client_metadata');
        assert.match(String(refused.body.error_description), new RegExp(`^${name} `), JSON.stringify(wrong));
      }
      const careful = {
        ...signs,
        ...{ require_signed_request_object: true, request_object_signing_alg: 'ES256' },
      };
      const told = made(await register(careful, policy));
      assert.equal(
        (await asApp(told).post('/backchannel', { scope: 'openid', login_hint: 'ada' })).status,
        400,
      );
    });
  });

  describe('and may stand in the place of people', () => {
    const withKey = { ...web, token_endpoint_auth_method: 'private_key_jwt', jwks: newKeyPair().jwks };

    it('O29 becomes no other app by its registration access token', async () => {
      const told = made(await register(withKey));
      const { administration } = installation;
      const tokenExchange = { apps: ['shop'], impersonates: ['shop'] };
      await administration.apps.update({ id: told.body.client_id, tokenExchange });
      const before = await stored(told);
      for (const [wrong, name] of [
        [{ jwks: newKeyPair().jwks }, 'jwks'],
        [{ jwks: undefined, jwks_uri: 'https://agent.example.com/keys' }, 'jwks'],
        [{ redirect_uris: ['https://agent.example.com/other'] }, 'redirect_uris'],
        [{ dpop_bound_access_tokens: true }, 'security'],
      ] as const) {
        const refused = await change(told, { ...withKey, ...wrong });
        refusedWith(refused, 'invalid_client_metadata');
        assert.match(String(refused.body.error_description), new RegExp(`^${name} cannot be changed`));
        assert.deepEqual(await stored(told), before);
      }
      const renamed = made(await change(told, { ...withKey, client_name: 'Help desk' }), 200);
      assert.equal(renamed.body.client_name, 'Help desk');
      await administration.apps.update({ id: told.body.client_id, tokenExchange: null });
      made(await change(renamed, { ...withKey, jwks: newKeyPair().jwks }), 200);
    });
  });
});
