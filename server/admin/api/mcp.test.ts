import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { apiResource } from '../../apps/api-scopes.ts';
import { payloadOf } from '../../testing/app-under-test.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { authorize, setUp } from '../../testing/journeys.ts';
import { createAgent } from '../../testing/mcp-agent.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';

const redirectUrl = 'http://localhost:8976/callback';

const clientMetadata = {
  client_name: 'Agent',
  redirect_uris: [redirectUrl],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'openid people:read',
};

onEveryStorage('an agent with the client library of MCP', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let serverUrl: string;

  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'token' });
    ada = await setUp(installation);
    serverUrl = apiResource(installation.config.issuer);
  });

  /** The library's own requests, with the initial access token where it registers. */
  async function fetchWithToken(): Promise<typeof fetch> {
    const { value } = await installation.administration.registrationTokens.add({
      name: 'Agent',
      scopes: ['openid', 'people:read'],
    });
    return (input, init = {}) => {
      const isRegistration = String(input).endsWith('/register');
      const headers = new Headers(init.headers);
      if (isRegistration) headers.set('authorization', `Bearer ${value}`);
      return fetch(input, { ...init, headers });
    };
  }

  it('finds out from our API where to ask, registers, is allowed by a passkey, and calls', async () => {
    const refused = await fetch(`${serverUrl}/people`);
    assert.equal(refused.status, 401);
    const said = refused.headers.get('www-authenticate') ?? '';
    const [, metadataUrl = ''] = /resource_metadata="([^"]+)"/.exec(said) ?? [];
    const metadata = (await (await fetch(metadataUrl)).json()) as Record<string, unknown>;
    assert.equal(metadata.resource, serverUrl);
    assert.deepEqual(metadata.authorization_servers, [installation.config.issuer]);

    const { kept, provider } = createAgent({ redirectUrl, clientMetadata });
    const fetchFn = await fetchWithToken();
    const options = { serverUrl, scope: 'openid people:read', fetchFn };
    assert.equal(await auth(provider, { ...options, resourceMetadataUrl: new URL(metadataUrl) }), 'REDIRECT');
    assert.equal(kept.sentTo?.searchParams.get('resource'), serverUrl);
    const stored = await installation.storage.apps.findById(kept.client?.client_id ?? '');
    assert.deepEqual(
      [stored?.origin, stored?.kind, stored?.apiScopes],
      ['dynamic', 'native', ['people:read']],
    );

    const landed = await authorize(ada, kept.sentTo?.href ?? '');
    const authorizationCode = landed.searchParams.get('code') ?? assert.fail(landed.href);
    assert.equal(await auth(provider, { ...options, authorizationCode }), 'AUTHORIZED');
    const token = kept.tokens?.access_token ?? '';
    assert.equal(payloadOf(token).aud, serverUrl);
    const headers = { authorization: `Bearer ${token}` };
    const people = await fetch(`${serverUrl}/people`, { headers });
    assert.equal(people.status, 200);
    // It reads what it was allowed to read, and changes nothing.
    const changed = await fetch(`${serverUrl}/people`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ userName: 'eve' }),
    });
    assert.equal(changed.status, 403);
  });
});
