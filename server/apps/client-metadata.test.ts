import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import Provider from 'oidc-provider';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { judgeSecret } from './app-secret.ts';
import { builtinApps } from './builtin-apps.ts';
import { clientMetadata, extraClientMetadata } from './client-metadata.ts';
import { newApp } from './create-app.ts';

const { hash } = createSecret(generateRoot());
const limits = { accessToken: 3600, refreshToken: 86_400 };
const metadataOf = (more: object) =>
  clientMetadata(newApp({ name: 'App', kind: 'web', ...more }, { hash, now: 0 }).app, limits);
const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const { d: _, ...publicKey } = signingKey;
const redirectUris = ['https://app.example.com/callback'];

describe('client metadata', () => {
  it('lowers lifetimes and never raises them', () => {
    const lifetimes = { accessToken: 60, refreshToken: 1_000_000 };
    const metadata = metadataOf({ redirectUris, lifetimes });
    assert.equal(metadata.latchkey_access_token_lifetime, 60);
    assert.equal(metadata.latchkey_refresh_token_lifetime, 86_400);
    assert.equal('latchkey_session_lifetime' in metadata, false);
    const own = metadataOf({ redirectUris, lifetimes: { session: 600 } });
    assert.equal(own.latchkey_session_lifetime, 600);
  });

  it('holds a client secret that is nobody’s', () => {
    const { app, secret } = newApp({ name: 'App', kind: 'web', redirectUris }, { hash, now: 0 });
    const { client_secret } = clientMetadata(app, limits);
    assert.ok(client_secret);
    assert.notEqual(client_secret, secret);
    assert.equal(judgeSecret({ app, presented: client_secret, hash, now: 0 }), 'unknown');
    assert.equal('client_secret' in metadataOf({ redirectUris, kind: 'browser' }), false);
  });

  it('is accepted by oidc-provider for every kind of app', async () => {
    const clients = [
      metadataOf({ redirectUris, scopes: ['openid', 'email'] }),
      metadataOf({ redirectUris, backchannelLogoutUri: 'https://app.example.com/logout' }),
      metadataOf({
        redirectUris,
        frontchannelLogoutUri: new URL('/frame', redirectUris[0]).href,
        frontchannelLogoutSessionRequired: true,
      }),
      metadataOf({ redirectUris, kind: 'browser', postLogoutRedirectUris: ['http://localhost:4000/'] }),
      metadataOf({ redirectUris: ['com.example.app:/callback', 'http://127.0.0.1/'], kind: 'native' }),
      metadataOf({ kind: 'machine', apiScopes: ['audit:read'] }),
      metadataOf({
        kind: 'machine',
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwks: { keys: [publicKey] },
      }),
      metadataOf({ kind: 'device', allowedGroups: ['editors'], claims: ['cost_centre'] }),
      ...builtinApps({ issuer: 'http://localhost:3000', demo: true }).map((app) =>
        clientMetadata(app, limits),
      ),
    ];
    for (const metadata of clients) {
      const client = await providerWith(metadata).Client.find(metadata.client_id);
      assert.equal(client?.clientId, metadata.client_id);
      assert.deepEqual(client?.responseTypes, metadata.response_types);
      assert.equal(client?.latchkey_kind, metadata.latchkey_kind);
    }
  });
});

function providerWith(metadata: ReturnType<typeof clientMetadata>): Provider {
  return new Provider('http://localhost:3000', {
    jwks: { keys: [signingKey] },
    clients: [metadata as object as { client_id: string }],
    extraClientMetadata: { properties: [...extraClientMetadata] },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    responseTypes: ['code', 'none'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
  });
}
