import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { TestBrowser } from '../testing/browser.ts';
import { send, withRole } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('initial access tokens at the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'invitation', LATCHKEY_REGISTRATION: 'token' });
    ada = await setUp(installation);
  });

  const form = {
    kinds: 'web',
    scopes: 'openid',
    uses: '2',
    hours: '24',
    redirectHosts: '',
    outboundHosts: '',
  };
  const policies = async () => {
    const { items } = await installation.administration.registrationTokens.list({ limit: 10 });
    return Object.fromEntries(items.map(({ name, policy: { pkce } }) => [name, pkce]));
  };
  const register = async (token: string) => {
    const body = JSON.stringify({ redirect_uris: ['https://old.example.com/callback'] });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${installation.origin}/register`, { method: 'POST', headers, body });
    return ((await answer.json()) as { client_id: string }).client_id;
  };

  it('say whether their apps may do without PKCE, and such an app may', async () => {
    const { text: page } = await ada.get('/console/registration');
    assert.match(page, /<option value="required" selected>/);
    const { text } = await send(ada, '/console/registration', { ...form, name: 'Old ones', pkce: 'off' });
    const [, token = ''] = /id="registration-token"[^>]*>([^<]+)</.exec(text) ?? [];
    assert.match(text, /<td[^>]*data-label="PKCE"[^>]*>off</);
    const app = await installation.storage.apps.findById(await register(token));
    assert.equal(app?.pkce, 'off');
    await send(ada, '/console/registration', { ...form, name: 'New ones', pkce: 'required' });
    assert.deepEqual(await policies(), { 'Old ones': 'off', 'New ones': 'required' });
  });

  it('say whether their apps may ask for people by themselves', async () => {
    const { registrationTokens } = installation.administration;
    const { text } = await send(ada, '/console/registration', { ...form, name: 'Desks', ciba: 'on' });
    assert.match(text, /openid, CIBA</);
    const { items } = await registrationTokens.list({ limit: 10 });
    const made = items.find(({ name }) => name === 'Desks') ?? assert.fail();
    assert.deepEqual(made.policy.grantTypes, ['urn:openid:params:grant-type:ciba']);
    await registrationTokens.remove({ id: made.id });
    const again = await ada.submit('/console/registration', { ...form, name: '', ciba: 'on' });
    assert.match(again.text, /name="ciba"[^>]*checked/);
  });

  it('are refused beside the field with a word that is none, and what was chosen stays', async () => {
    const before = await policies();
    const wrong = { ...form, name: 'Nobody’s', pkce: 'sometimes' };
    const refused = await ada.submit('/console/registration', wrong);
    assert.match(refused.text, /id="form-pkce-problem">[^<]+</);
    const again = await ada.submit('/console/registration', { ...form, name: '', pkce: 'optional' });
    assert.match(again.text, /<option value="optional" selected>/);
    assert.deepEqual(await policies(), before);
  });

  it('are made by whoever may change every app alone', async () => {
    const before = await policies();
    const auditor = await withRole(installation, 'auditor', 'auditor');
    assert.doesNotMatch((await auditor.get('/console/registration')).text, /name="pkce"/);
    const refused = await auditor.submit('/console/registration', { ...form, name: 'Mine', pkce: 'off' });
    assert.match(refused.text, /class="notice problem"/);
    assert.deepEqual(await policies(), before);
  });
});
