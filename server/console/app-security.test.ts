import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { newKeyPair } from '../testing/machine.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('the security of an app at the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  const form = {
    name: 'Bank',
    consent: 'explicit',
    scopes: 'openid',
    redirectUris: 'https://bank.example.com/callback',
    postLogoutRedirectUris: '',
    idTokenSignedResponseAlg: 'ES256',
    pkce: 'required',
    ...{ tokenEndpointAuthMethod: 'client_secret_basic', jwks: '', jwksUri: '', profile: '' },
    ...{ encryptionAlg: '', encryptionEnc: '' },
  };
  const show = (id: string) => installation.administration.apps.show({ id });

  it('is switched to FAPI 2.0 with a key, and told on the page of the app', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const said = {
      ...{ ...form, revision: '1', profile: 'fapi2-message-signing' },
      ...{ tokenEndpointAuthMethod: 'private_key_jwt', jwks: JSON.stringify(newKeyPair().jwks) },
    };
    const saved = await send(ada, `/console/apps/${id}/edit`, said);
    assert.match(saved.text, /Saved\./);
    for (const told of ['FAPI 2.0 Message Signing', 'must be pushed', 'must be signed', 'bound to a key'])
      assert.ok(saved.text.includes(told), told);
    const app = await show(id);
    assert.deepEqual(app.security, { profile: 'fapi2-message-signing' });
    assert.equal(app.tokenEndpointAuthMethod, 'private_key_jwt');
    const again = await ada.get(`/console/apps/${id}/edit`);
    assert.match(again.text, /<option value="fapi2-message-signing" selected>/);
    const back = await send(ada, `/console/apps/${id}/edit`, { ...form, revision: '2' });
    assert.match(back.text, /Saved\./);
    assert.equal((await show(id)).security, undefined);
  });

  it('says beside the field what contradicts itself, and keeps what was typed', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const refused = await ada.submit(`/console/apps/${id}/edit`, {
      ...{ ...form, revision: '1', profile: 'fapi2-security', jwks: 'no JSON' },
    });
    assert.match(refused.text, /<details open><summary>Security/);
    assert.match(refused.text, /id="form-jwks-problem">[^<]+</);
    assert.match(refused.text, />no JSON<\/textarea>/);
    const secret = await ada.submit(`/console/apps/${id}/edit`, {
      ...{ ...form, revision: '1', profile: 'fapi2-security' },
    });
    assert.match(secret.text, /id="form-tokenEndpointAuthMethod-problem">[^<]*private_key_jwt/);
    assert.equal((await show(id)).security, undefined);
  });

  it('has single switches, and leaves alone what a form does not name', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const on = { ...form, revision: '1', security: 'requirePushedAuthorizationRequests' };
    await send(ada, `/console/apps/${id}/edit`, on);
    assert.deepEqual((await show(id)).security, { requirePushedAuthorizationRequests: true });
    const { jwks: _, ...without } = form;
    await send(ada, `/console/apps/${id}/edit`, { ...without, revision: '2' });
    assert.deepEqual((await show(id)).security, { requirePushedAuthorizationRequests: true });
  });
});
