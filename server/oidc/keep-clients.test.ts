import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Provider } from 'oidc-provider';
import type { App } from '../apps/app.ts';
import { builtinApps } from '../apps/builtin-apps.ts';
import { keepClients, rememberingMetadata } from './keep-clients.ts';

const [app] = builtinApps({ issuer: 'http://localhost:3000', demo: false }) as [App];

const metadataOf = ({ id, redirectUris }: App) => ({
  client_id: id,
  redirect_uris: redirectUris,
  token_endpoint_auth_method: 'none' as const,
});

describe('what was made of an app', () => {
  it('is kept for as long as the record of the app is the same', async () => {
    const apps = new Map([[app.id, app]]);
    const remembered = rememberingMetadata(metadataOf);
    const find = async (id: string) => {
      const found = apps.get(id);
      return found && remembered(found);
    };
    const nothing = async () => {};
    const provider = new Provider('http://localhost:3000', {
      adapter: () => ({
        ...{ find, findByUid: nothing, findByUserCode: nothing },
        ...{ upsert: nothing, consume: nothing, destroy: nothing, revokeByGrantId: nothing },
      }),
    });
    keepClients(provider, find);
    const { Client } = provider;
    const first = await Client.find(app.id);
    assert.equal(first?.clientId, app.id);
    assert.equal(await Client.find(app.id), first);
    apps.set(app.id, { ...app, redirectUris: ['http://localhost:3000/other'] });
    assert.deepEqual((await Client.find(app.id))?.redirectUris, ['http://localhost:3000/other']);
    apps.delete(app.id);
    assert.equal(await Client.find(app.id), undefined);
    assert.equal(await Client.find(''), undefined);
  });

  it('is said anew each time where its keys are elsewhere', () => {
    const remembered = rememberingMetadata(metadataOf);
    const elsewhere = { ...app, jwksUri: 'https://app.example/jwks' };
    assert.equal(remembered(app), remembered(app));
    assert.notEqual(remembered(elsewhere), remembered(elsewhere));
  });
});
