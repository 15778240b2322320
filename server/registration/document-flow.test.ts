import assert from 'node:assert/strict';
import { before, describe, it, mock } from 'node:test';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import type { Answer, Outbound } from '../outbound/outbound.ts';
import { addApi } from '../testing/apis.ts';
import {
  appUnderTest,
  assertErrorPage,
  assertRefused,
  type Parameters,
  payloadOf,
} from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, authorize, setUp } from '../testing/journeys.ts';
import { assertion, newKeyPair } from '../testing/machine.ts';
import { createAgent } from '../testing/mcp-agent.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signOut } from '../testing/sign-out.ts';

const hosts = 'agent.example.com,*.agents.example';
const redirectUri = 'https://agent.example.com/callback';
const redirectUrl = 'http://127.0.0.1:49152/callback';

/** The hosts of apps: what each address answers. Nothing else is there. */
function world() {
  const documents = new Map<string, object>();
  const status = { now: 200 };
  const asked: string[] = [];
  const outbound: Outbound = {
    async ask(url): Promise<Answer> {
      asked.push(url);
      const document = documents.get(url);
      const body = Buffer.from(JSON.stringify(document ?? {}));
      const headers = { 'content-type': 'application/json' };
      return { status: document ? status.now : 404, headers, body };
    },
    examine: async () => undefined,
  };
  return { documents, status, asked, outbound };
}

let made = 0;

onEveryStorage('an app that describes itself', (start) => {
  const { documents, status, asked, outbound } = world();
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({ LATCHKEY_CLIENT_DOCUMENT_HOSTS: hosts }, { outbound });
    ada = await setUp(installation);
  });

  function described(document: Record<string, unknown> = {}) {
    made += 1;
    const id = `https://agent.example.com/clients/${made}.json`;
    documents.set(id, {
      client_id: id,
      client_name: 'Agent',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      ...document,
    });
    return appUnderTest(installation.origin, { id, secret: undefined, redirectUri });
  }

  it('is announced, signs a person in, and names its host when it asks them', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/oauth-authorization-server`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.equal(metadata.client_id_metadata_document_supported, true);
    const app = described();
    const page = await ada.follow(app.authorizationUrl());
    assert.match(page.text, /This app describes itself at .*agent\.example\.com/);
    const tokens = await app.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    assert.equal(payloadOf(tokens.id_token).aud, app.id);
    const refreshed = await app.refresh(tokens.refresh_token);
    assert.equal(refreshed.status, 200);
    assert.equal((await app.userInfo(String(refreshed.body.access_token))).status, 200);
    assert.equal(await installation.storage.apps.findById(app.id), undefined);
  });

  it('O1 gets no answer at an address that its description does not have', async () => {
    const app = described();
    assertErrorPage(
      await ada.follow(app.authorizationUrl({ redirect_uri: 'https://agent.example.com/other' })),
    );
  });

  it('asks each time it is answered on the device, also where it has an address on the web', async () => {
    const local = 'http://localhost:49152/callback';
    const app = described({ redirect_uris: [redirectUri, local] });
    const silent = async (redirect_uri: string) =>
      (await app.answerOf(ada, { redirect_uri, prompt: 'none' })).get('error');
    await app.code(ada);
    assert.deepEqual([await silent(redirectUri), await silent(local)], [null, 'interaction_required']);
    await app.code(ada, { redirect_uri: local });
    assert.equal(await silent(local), 'interaction_required');
  });

  it('is told what is wrong with its description, and gets nothing', async () => {
    const app = described({ client_secret: 'x' });
    const refused = await ada.follow(app.authorizationUrl());
    assertErrorPage(refused);
    assert.match(refused.text, /client_secret must not stand in a document/);
    const token = await app.redeem('a-code');
    assert.deepEqual(
      [token.status, token.body.error],
      [400, 'invalid_client_metadata'],
      JSON.stringify(token.body),
    );
  });

  describe('that proves itself by a key, and sends no client_id beside its assertion,', () => {
    const { privateKey: key, jwks } = newKeyPair();
    const byKey = { token_endpoint_auth_method: 'private_key_jwt', jwks };
    const paths = [
      '/token',
      '/token/introspection',
      '/token/revocation',
      '/request',
      '/backchannel',
      '/device/auth',
    ];
    const form = async (id: string, more: Parameters = {}) => ({
      client_id: undefined,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion({ id, key, issuer: installation.origin }),
      ...more,
    });

    it('is known everywhere', async () => {
      const app = described(byKey);
      const code = await app.code(ada, { scope: 'openid offline_access', prompt: 'consent' });
      const redeemed = await app.redeem(code, await form(app.id));
      assert.equal(redeemed.status, 200, JSON.stringify(redeemed.body));
      const token = String(redeemed.body.refresh_token);
      const introspected = await app.post('/token/introspection', await form(app.id, { token }));
      assert.deepEqual([introspected.status, introspected.body.active], [200, true]);
      const revoked = await app.post('/token/revocation', await form(app.id, { token }));
      assert.equal(revoked.status, 200);
      const { searchParams: asked } = new URL(app.authorizationUrl());
      const pushed = Object.fromEntries(asked);
      // A pushed request has the client_id of every request (RFC 9126 §2.1): what lacks it is known all the same.
      for (const [client_id, answered] of [
        [app.id, 201],
        [undefined, 400],
      ] as const) {
        const { status, body } = await app.post('/request', await form(app.id, { ...pushed, client_id }));
        assert.deepEqual([status, body.error], [answered, client_id ? undefined : 'invalid_request']);
      }
      // What is not for such apps is refused to an app that is known.
      for (const path of ['/backchannel', '/device/auth']) {
        const { status, body } = await app.post(path, await form(app.id, { scope: 'openid' }));
        assert.equal(status, 400, path);
        assert.match(String(body.error_description), /is not allowed for this client/);
      }
    });

    it('is told what is wrong with its description, and may try again where its host is away', async () => {
      for (const path of paths) {
        const wrong = described({ ...byKey, client_secret: 'x' });
        const told = await wrong.post(path, await form(wrong.id));
        assert.deepEqual([told.status, told.body.error], [400, 'invalid_client_metadata'], path);
        assert.match(String(told.body.error_description), /client_secret must not stand in a document/);
        status.now = 503;
        try {
          const unread = described(byKey);
          const { status: answered, body } = await unread.post(path, await form(unread.id));
          assert.deepEqual([answered, body.error], [503, 'temporarily_unavailable'], path);
        } finally {
          status.now = 200;
        }
      }
    });

    it('O26 is asked for at hosts that are listed alone, and is nobody without its key', async () => {
      const stranger = { secret: undefined, redirectUri };
      const other = appUnderTest(installation.origin, { id: 'https://example.com/client.json', ...stranger });
      const forged = described({ ...byKey, jwks: newKeyPair().jwks });
      const before = asked.length;
      for (const path of paths) assertRefused(await other.post(path, await form(other.id)), 'invalid_client');
      assert.equal(asked.length, before);
      assertRefused(await forged.redeem('a-code', await form(forged.id)), 'invalid_client');
      for (const broken of ['x', 'a.b.c', `${Buffer.from('[]').toString('base64url')}.e30.`]) {
        const { status } = await other.post('/token', await form(other.id, { client_assertion: broken }));
        assert.ok(status === 400 || status === 401, `${broken}: ${status}`);
      }
    });
  });

  it('is unknown at any other host', async () => {
    const app = appUnderTest(installation.origin, {
      id: 'https://example.com/client.json',
      secret: undefined,
      redirectUri,
    });
    assertErrorPage(await ada.follow(app.authorizationUrl()));
    assertRefused(await app.redeem('a-code'), 'invalid_client');
  });

  it('may try again where its host is away, and loses nothing that it had', async () => {
    const known = described();
    const tokens = await known.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    status.now = 503;
    try {
      const unread = described();
      const refused = await unread.redeem('a-code');
      assert.deepEqual([refused.status, refused.body.error], [503, 'temporarily_unavailable']);
      assert.equal((await known.refresh(tokens.refresh_token)).status, 200);
    } finally {
      status.now = 200;
    }
  });

  it('keeps nobody from signing out where its description is gone', async () => {
    const person = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const app = described();
    await app.tokens(person, { scope: 'openid' });
    documents.delete(app.id);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 31_000 });
    try {
      await signOut(person);
      assert.notEqual((await person.get('/account')).status, 200);
      assertErrorPage(await person.follow(app.authorizationUrl()));
    } finally {
      mock.timers.reset();
    }
  });

  it('O26 is read for nobody who only looks at a picture', async () => {
    const before = asked.length;
    const id = encodeURIComponent('https://agent.example.com/stranger');
    assert.equal((await fetch(`${installation.origin}/logos/x/${id}`)).status, 404);
    assert.equal(asked.length, before);
  });

  it('can be taken back on the account page, whatever became of its host', async () => {
    const app = described();
    const tokens = await app.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    assert.match((await ada.follow('/account')).text, /agent\.example\.com/);
    const taken = await ada.post('/account/apps/disconnect', { appId: app.id });
    assert.equal(taken.status, 200, taken.text);
    assertRefused(await app.refresh(tokens.refresh_token), 'invalid_grant');
  });

  it('is an agent with the client library of MCP, and calls an API as far as an administrator allows', async () => {
    const { id: clientMetadataUrl } = described({ redirect_uris: ['http://127.0.0.1/callback'] });
    const { audience } = await addApi(installation, {
      apps: [{ id: clientMetadataUrl, people: ['read'], machine: [] }],
    });
    const agent = createAgent({
      redirectUrl,
      clientMetadataUrl,
      clientMetadata: { redirect_uris: [redirectUrl] },
    });
    const server = protectedServer(installation, audience);
    const options = { serverUrl: audience, scope: 'openid read', fetchFn: server };
    assert.equal(await auth(agent.provider, options), 'REDIRECT');
    const landed = await authorize(ada, agent.kept.sentTo?.href ?? '');
    const authorizationCode = landed.searchParams.get('code') ?? assert.fail(landed.href);
    assert.equal(await auth(agent.provider, { ...options, authorizationCode }), 'AUTHORIZED');
    const { aud, scope, client_id } = payloadOf(agent.kept.tokens?.access_token ?? '');
    assert.deepEqual([aud, scope, client_id], [audience, 'read', clientMetadataUrl]);
    assert.equal(agent.kept.client?.client_id, clientMetadataUrl);
  });
});

/** What is behind the API: it says where to sign in (RFC 9728), and the rest of the world is as it is. */
function protectedServer(
  { config }: Pick<TestInstallation, 'config'>,
  audience: string,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init) => {
    if (!String(url).startsWith(audience)) return fetch(url, init);
    if (!String(url).includes('/.well-known/oauth-protected-resource'))
      return new Response(null, { status: 404 });
    return Response.json({ resource: audience, authorization_servers: [config.issuer] });
  };
}
