import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import * as client from 'openid-client';
import { apiResource } from '../apps/api-scopes.ts';
import { type AppUnderTest, appUnderTest, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import {
  askRegistration as ask,
  assertRefusedWith as refusedWith,
  type Told,
} from '../testing/registration.ts';
import { removeUnusedApps } from './clean-up.ts';

const redirectUri = 'https://agent.example.com/callback';
const day = 24 * 60 * 60_000;

onEveryStorage('an app that registers with an initial access token', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'token' });
    ada = await setUp(installation);
  });

  const tokenFor = async (policy: Record<string, unknown> = {}) => {
    const { registrationTokens } = installation.administration;
    const said = { name: 'Agents', uses: 100, ...policy } as Parameters<typeof registrationTokens.add>[0];
    return (await registrationTokens.add(said)).value;
  };
  const register = async (metadata: object, policy: Record<string, unknown> = {}) =>
    ask(installation, { token: await tokenFor(policy), body: metadata });
  const asApp = ({ body }: Told): AppUnderTest =>
    appUnderTest(installation.origin, {
      id: body.client_id,
      secret: body.client_secret as string | undefined,
      redirectUri: (body.redirect_uris as string[])[0] ?? '',
    });

  it('registers with openid-client, signs people in with RS256, and asks them', async () => {
    const insecure = { execute: [client.allowInsecureRequests], initialAccessToken: await tokenFor() };
    const server = new URL(installation.origin);
    const metadata = { client_name: 'Agent', redirect_uris: [redirectUri] };
    const found = await client.dynamicClientRegistration(server, metadata, undefined, insecure);
    const { client_id, client_secret } = found.clientMetadata();
    assert.equal(found.clientMetadata().id_token_signed_response_alg, 'RS256');
    const app = appUnderTest(installation.origin, {
      id: client_id,
      secret: String(client_secret),
      redirectUri,
    });
    const page = await ada.follow(app.authorizationUrl());
    assert.match(page.text, /Connect to Agent\?/);
    assert.doesNotMatch(page.text, /Not verified/);
    const { id_token } = await app.tokens(ada);
    const { alg } = JSON.parse(Buffer.from(id_token.split('.')[0] ?? '', 'base64url').toString());
    assert.equal(alg, 'RS256');
    const stored = await installation.storage.apps.findById(client_id);
    assert.deepEqual([stored?.origin, stored?.consent, stored?.kind], ['dynamic', 'explicit', 'web']);
    assert.ok(!JSON.stringify(stored).includes(String(client_secret)), 'the secret is kept as a hash');
  });

  it('is refused without a token, with a wrong one, and once it is used up', async () => {
    const metadata = { redirect_uris: [redirectUri] };
    const none = await ask(installation, { body: metadata });
    refusedWith(none, 'invalid_token');
    assert.match(none.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/);
    const token = await tokenFor({ uses: 2 });
    for (const wrong of ['x', `${token}x`, `${token.split('.')[0]}.x`])
      refusedWith(await ask(installation, { token: wrong, body: metadata }), 'invalid_token');
    // A request that is refused takes no use.
    refusedWith(await ask(installation, { token, body: { redirect_uris: [] } }), 'invalid_redirect_uri');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(installation, { token, body: metadata })),
    );
    assert.equal(answers.filter(({ status }) => status === 201).length, 2);
    assert.equal(answers.filter(({ status }) => status === 401).length, 6);
  });

  it('is what its metadata says', async () => {
    const kinds = ['web', 'browser', 'native', 'machine', 'device'];
    const cases: [object, Record<string, unknown>][] = [
      [{ redirect_uris: [redirectUri] }, { kind: 'web', grantTypes: ['authorization_code'] }],
      [
        { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'] },
        { kind: 'web', grantTypes: ['authorization_code', 'refresh_token'] },
      ],
      [
        { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
        { kind: 'browser', tokenEndpointAuthMethod: 'none' },
      ],
      [
        { redirect_uris: ['http://localhost:8976/cb'], token_endpoint_auth_method: 'none' },
        { kind: 'native', tokenEndpointAuthMethod: 'none' },
      ],
      [
        {
          redirect_uris: ['com.example.app:/cb'],
          application_type: 'native',
          token_endpoint_auth_method: 'none',
        },
        { kind: 'native' },
      ],
      [{ grant_types: ['client_credentials'] }, { kind: 'machine', scopes: [] }],
      [
        {
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
          token_endpoint_auth_method: 'none',
        },
        { kind: 'device' },
      ],
      [
        {
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: 'https://agent.example.com/keys',
          id_token_signed_response_alg: 'ES256',
          scope: 'openid email groups',
        },
        {
          jwksUri: 'https://agent.example.com/keys',
          idTokenSignedResponseAlg: 'ES256',
          scopes: ['openid', 'email'],
          secrets: [],
        },
      ],
      // Clients send keys along that nothing needs.
      [
        { redirect_uris: [redirectUri], jwks: newKeyPair().jwks },
        { kind: 'web', jwks: undefined },
      ],
    ];
    for (const [metadata, expected] of cases) {
      const told = await register(metadata, { kinds });
      assert.equal(told.status, 201, JSON.stringify(told.body));
      const stored = await installation.storage.apps.findById(told.body.client_id);
      for (const [field, value] of Object.entries(expected))
        assert.deepEqual(stored?.[field as 'kind'], value, `${field} of ${JSON.stringify(metadata)}`);
    }
  });

  it('is refused what is not supported, in the words of RFC 7591', async () => {
    const web = { redirect_uris: [redirectUri] };
    for (const wrong of [
      { grant_types: ['implicit'] },
      { grant_types: ['authorization_code', 'client_credentials'] },
      { grant_types: ['refresh_token'] },
      { response_types: ['code id_token'] },
      { token_endpoint_auth_method: 'client_secret_jwt' },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'AA' }] } },
      { jwks: { keys: [newKeyPair().privateKey.export({ format: 'jwk' })] } },
      { jwks_uri: 'http://agent.example.com/keys', token_endpoint_auth_method: 'private_key_jwt' },
      { id_token_signed_response_alg: 'none' },
      { id_token_signed_response_alg: 'HS256' },
      { software_statement: 'eyJhbGciOiJub25lIn0.e30.' },
      { require_signed_request_object: true },
      { sector_identifier_uri: 'https://agent.example.com/s' },
      { logo_uri: 'javascript:alert(1)' },
      { backchannel_logout_uri: 'http://10.0.0.1/' },
      { client_name: 'a\u202eb' },
      { client_name: { $gt: '' } },
      { grant_types: ['client_credentials'], redirect_uris: [] },
    ])
      refusedWith(await register({ ...web, ...wrong }), 'invalid_client_metadata');
    for (const redirect_uris of [
      undefined,
      [],
      ['http://agent.example.com/cb'],
      ['https://agent.example.com/*'],
      ['javascript:alert(1)'],
      ['https://agent.example.com/#'],
      'https://agent.example.com',
    ])
      refusedWith(await register({ redirect_uris }), 'invalid_redirect_uri');
    const { body, status } = await ask(installation, { token: await tokenFor(), body: [1] });
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });

  it('O18 takes nothing of ours from what it says', async () => {
    const told = await register({
      redirect_uris: [redirectUri],
      latchkey_consent: 'implicit',
      latchkey_api_scopes: ['people:write'],
      latchkey_reach: 'administrator',
      consent: 'implicit',
      origin: 'administrator',
      client_id: 'chosen',
      client_secret: 'chosen',
    });
    const stored = await installation.storage.apps.findById(told.body.client_id);
    assert.ok(stored && told.body.client_id !== 'chosen' && told.body.client_secret !== 'chosen');
    assert.deepEqual([stored.consent, stored.apiScopes, stored.origin], ['explicit', undefined, 'dynamic']);
    const planted = JSON.parse(`{"redirect_uris":["${redirectUri}"],"__proto__":{"consent":"implicit"}}`);
    refusedWith(await register(planted), 'invalid_request');
    assert.equal(({} as Record<string, unknown>).consent, undefined);
  });

  it('stays within the policy of its token', async () => {
    const hosts = { redirectHosts: ['agent.example.com', '*.agents.example.com'] };
    for (const uri of ['https://agent.example.com/cb', 'https://a.agents.example.com/cb'])
      assert.equal((await register({ redirect_uris: [uri] }, hosts)).status, 201, uri);
    for (const uri of [
      'https://agents.example.com/cb',
      'https://evil.example/cb',
      'https://xagents.example.com/cb',
    ])
      refusedWith(await register({ redirect_uris: [uri] }, hosts), 'invalid_redirect_uri');
    refusedWith(await register({ grant_types: ['client_credentials'] }), 'invalid_client_metadata');
    const wide = { redirect_uris: [redirectUri], scope: 'openid groups people:write offline_access' };
    assert.equal((await register(wide)).body.scope, 'openid');
    const stays = { ...wide, grant_types: ['authorization_code', 'refresh_token'] };
    const scopes = ['openid', 'groups', 'offline_access', 'people:read', 'people:write'];
    const given = await register(stays, { scopes });
    assert.equal(given.body.scope, 'openid groups offline_access people:write');
    const stored = await installation.storage.apps.findById(given.body.client_id);
    assert.deepEqual(stored?.apiScopes, ['people:write']);
  });

  it('stays within that policy also when the token is gone, and what administrators took stays taken', async () => {
    const { administration, storage } = installation;
    const policy = { redirectHosts: [new URL(redirectUri).hostname], scopes: ['openid', 'profile'] };
    const { items: before } = await administration.registrationTokens.list({});
    const made = await register({ redirect_uris: [redirectUri], scope: 'openid profile' }, policy);
    const { items } = await administration.registrationTokens.list({});
    const used = items.find(({ id }) => !before.some((other) => other.id === id));
    await administration.registrationTokens.remove({ id: used?.id ?? '' });
    const id = made.body.client_id;
    await administration.apps.update({ id, scopes: ['openid'], defaultAcrValues: ['phrh'] });
    const path = `/${id}`;
    const token = String(made.body.registration_access_token);
    const said = { client_id: id, scope: 'openid profile' };
    const body = { ...said, redirect_uris: ['https://evil.example/cb'] };
    refusedWith(await ask(installation, { method: 'PUT', path, token, body }), 'invalid_redirect_uri');
    const same = { ...body, redirect_uris: [redirectUri] };
    const changed = await ask(installation, { method: 'PUT', path, token, body: same });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    const stored = await storage.apps.findById(id);
    assert.deepEqual([stored?.scopes, stored?.defaultAcrValues], [['openid'], ['phrh']]);
  });

  it('O16 leads this server to no private address but those of its policy', async () => {
    const keys = newKeyPair();
    const { origin } = installation;
    const machine = {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${origin}/jwks`,
    };
    assert.ok(keys);
    for (const [outboundHosts, reach] of [
      [undefined, 'stranger'],
      [['localhost'], { within: ['localhost'] }],
    ] as const) {
      const policy = { kinds: ['machine'], scopes: ['people:read'], ...(outboundHosts && { outboundHosts }) };
      const told = await register(machine, policy);
      assert.equal(told.status, 201, JSON.stringify(told.body));
      const { items } = await installation.administration.apps.refusals({ id: told.body.client_id });
      assert.equal(items.length, reach === 'stranger' ? 1 : 0, JSON.stringify(items));
    }
  });

  it('manages itself with its own token, which is another one after each change', async () => {
    const { body } = await register({
      redirect_uris: [redirectUri],
      logo_uri: 'https://agent.example.com/l.png',
    });
    const path = `/${body.client_id}`;
    const token = body.registration_access_token;
    assert.equal(body.registration_client_uri, `${installation.origin}/register${path}`);
    const read = await ask(installation, { method: 'GET', path, token });
    assert.deepEqual(
      [read.status, read.body.logo_uri, read.body.client_secret],
      [200, 'https://agent.example.com/l.png', undefined],
    );
    const next = { client_id: body.client_id, client_name: 'Renamed', redirect_uris: [redirectUri] };
    const changed = await ask(installation, { method: 'PUT', path, token, body: next });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual([changed.body.client_name, changed.body.logo_uri], ['Renamed', undefined]);
    const rotated = changed.body.registration_access_token;
    assert.notEqual(rotated, token);
    refusedWith(await ask(installation, { method: 'GET', path, token }), 'invalid_token');
    for (const [wrong, error] of [
      [{ ...next, client_id: 'other' }, 'invalid_request'],
      [{ ...next, client_secret: 'x' }, 'invalid_request'],
      [{ ...next, registration_access_token: rotated }, 'invalid_request'],
      [{ ...next, grant_types: ['client_credentials'], redirect_uris: [] }, 'invalid_client_metadata'],
      [{ ...next, redirect_uris: ['http://evil.example/'] }, 'invalid_redirect_uri'],
    ] as const)
      refusedWith(await ask(installation, { method: 'PUT', path, token: rotated, body: wrong }), error);
    const same = { ...next, client_secret: body.client_secret };
    const again = await ask(installation, { method: 'PUT', path, token: rotated, body: same });
    assert.equal(again.status, 200, JSON.stringify(again.body));
    // Of one token that is used many times at once, one change is made.
    const current = again.body.registration_access_token;
    const races = await Promise.all(
      Array.from({ length: 8 }, () => ask(installation, { method: 'PUT', path, token: current, body: next })),
    );
    assert.equal(races.filter(({ status }) => status === 200).length, 1);
    const last = races.find(({ status }) => status === 200)?.body.registration_access_token ?? '';
    assert.equal((await ask(installation, { method: 'DELETE', path, token: last })).status, 204);
    refusedWith(await ask(installation, { method: 'GET', path, token: last }), 'invalid_token');
    assert.equal(await installation.storage.apps.findById(body.client_id), undefined);
  });

  it('manages no other app, and none that an administrator entered', async () => {
    const [one, other] = [
      await register({ redirect_uris: [redirectUri] }),
      await register({ redirect_uris: [redirectUri] }),
    ];
    const { app } = await installation.administration.apps.add({
      name: 'Notes',
      redirectUris: [redirectUri],
      kind: 'web',
    });
    for (const id of [other.body.client_id, app.id, 'demo', 'latchkey-account', 'nobody'])
      for (const method of ['GET', 'DELETE']) {
        const token = one.body.registration_access_token;
        refusedWith(await ask(installation, { method, path: `/${id}`, token }), 'invalid_token');
        refusedWith(await ask(installation, { method, path: `/${id}` }), 'invalid_token');
      }
  });

  it('is never one that asks nobody, whoever changes it, and is removed like any other', async () => {
    const told = await register({ redirect_uris: [redirectUri] });
    const id = told.body.client_id;
    const { apps } = installation.administration;
    await assert.rejects(apps.update({ id, consent: 'implicit' }), /check what you entered/);
    await apps.update({ id, allowedGroups: null, name: 'Agent of ours' });
    assert.equal(
      (await ask(installation, { method: 'GET', path: `/${id}`, token: told.body.registration_access_token }))
        .status,
      200,
    );
    const console_ = await ada.get('/console/apps');
    assert.match(console_.text, /Registered by themselves[\s\S]*Agent of ours/);
    await apps.remove({ id });
    assertRefused(await asApp(told).redeem('x'), 'invalid_client');
  });

  it('is removed by itself where nobody ever used it', async () => {
    const [unused, used] = [
      await register({ redirect_uris: [redirectUri] }),
      await register({ redirect_uris: [redirectUri] }),
    ];
    const { tokens } = asApp(used);
    assert.ok(payloadOf((await tokens(ada)).id_token).sub);
    const { storage } = installation;
    const { apps } = storage;
    const cleanUpAt = (now: number) =>
      removeUnusedApps({ ...storage, record: async () => true, now: () => now });
    await cleanUpAt(Date.now() + 29 * day);
    const ids = async () =>
      (await Promise.all([unused, used].map(({ body }) => apps.findById(body.client_id)))).map(
        (app) => app !== undefined,
      );
    assert.deepEqual(await ids(), [true, true]);
    await cleanUpAt(Date.now() + 31 * day);
    assert.deepEqual(await ids(), [false, true]);
  });

  it('is announced, and the resource of our API is given where the policy says so', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/oauth-authorization-server`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.equal(metadata.registration_endpoint, `${installation.origin}/register`);
    const told = await register(
      { redirect_uris: ['http://localhost:8976/cb'], token_endpoint_auth_method: 'none' },
      { scopes: ['openid', 'people:read'] },
    );
    const answer = await asApp(told).tokens(ada, {
      scope: 'openid people:read',
      resource: apiResource(installation.config.issuer),
    });
    const api = await fetch(`${installation.origin}/api/v1/people`, {
      headers: { authorization: `Bearer ${answer.access_token}` },
    });
    assert.equal(api.status, 200);
  });
});
