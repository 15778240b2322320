import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { ApiFacts } from '../admin/apis.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

const web = { kind: 'web' as const };
const payment = {
  type: 'payment',
  sentence: 'Pay from your account.',
  schema: {
    type: 'object',
    properties: {
      to: { type: 'string', title: 'Payee' },
      amount: {
        type: 'object',
        properties: { value: { type: 'number', minimum: 0 }, currency: { enum: ['EUR'], type: 'string' } },
        required: ['value', 'currency'],
      },
      notes: { type: 'array', items: { type: 'string' } },
      urgent: { type: 'boolean' },
      locations: { type: 'array', items: { type: 'string' } },
    },
    required: ['to', 'amount'],
  },
};

onEveryStorage('rich authorization requests', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let shop: AppUnderTest;
  let itself: AppUnderTest;
  let bank: ApiFacts;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    shop = await addApp(installation, web);
    itself = await addApp(installation, web);
    bank = await addApi(installation, {
      name: 'Bank',
      detailTypes: [payment],
      apps: [{ id: shop.id, people: ['read'], details: ['payment'] }],
    });
  });

  const rent = { type: 'payment', to: 'Land <b>lord', amount: { value: 0.00001, currency: 'EUR' } };
  const asking = (details: unknown, api = bank, more: Record<string, string> = {}) => ({
    scope: 'openid',
    resource: api.audience,
    authorization_details: typeof details === 'string' ? details : JSON.stringify(details),
    ...more,
  });
  const errorOf = async (parameters: Record<string, string>, app = shop) => {
    const { location } = await browser.follow(app.authorizationUrl(parameters));
    return new URL(location ?? 'https://none.example').searchParams.get('error');
  };

  it('are shown whole, in words, and each time', async () => {
    const details = [{ ...rent, notes: ['June, July', 'x'], urgent: true }];
    for (let times = 0; times < 2; times += 1) {
      const page = await browser.follow(shop.authorizationUrl(asking(details)));
      assert.equal(pageData<{ kind: string }>(page).kind, 'consent');
      const words = page.text
        .replace(/<(?!b>lord)[^>]*>/g, '')
        .replaceAll('\u2068', '')
        .replaceAll('\u2069', '');
      for (const part of [
        'Bank: Pay from your account.',
        'Payee: Land &lt;b&gt;lord',
        'amount, value: 0.00001',
        'amount, currency: EUR',
        'notes 1: June, July',
        'notes 2: x',
        'urgent: yes',
      ])
        assert.ok(words.includes(part), `${part} in ${words}`);
      await shop.code(browser, asking(details));
    }
    assert.equal(await errorOf(asking(details, bank, { prompt: 'none' })), 'consent_required');
  });

  it('are in the JWT, in the answer, and in what a refresh token gives', async () => {
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const code = await shop.code(browser, { ...asking([rent]), ...offline });
    const { body } = await shop.redeem(code, { resource: bank.audience });
    assert.deepEqual(body.authorization_details, [rent]);
    assert.deepEqual(payloadOf(String(body.access_token)).authorization_details, [rent]);
    const again = await shop.refresh(String(body.refresh_token), { resource: bank.audience });
    assert.deepEqual(payloadOf(String(again.body.access_token)).authorization_details, [rent]);
    const other = JSON.stringify([{ ...rent, to: 'Somebody else' }]);
    const beyond = { resource: bank.audience, authorization_details: other };
    assertRefused(
      await shop.refresh(String(again.body.refresh_token), beyond),
      'invalid_authorization_details',
    );
  });

  it('are told to the API that asks about an opaque token', async () => {
    const api = await addApi(installation, {
      tokenFormat: 'opaque',
      detailTypes: [payment],
      apps: [{ id: shop.id, people: ['read'], details: ['payment'] }],
      introspectedBy: [itself.id],
    });
    const { access_token: token } = await shop.tokens(browser, asking([rent], api));
    const { body } = await itself.post('/token/introspection', { token });
    assert.deepEqual([body.active, body.authorization_details], [true, [rent]]);
  });

  it('are refused where anything of them is not known', async () => {
    for (const details of [
      [{ type: 'unknown' }],
      [{ type: 'constructor' }],
      [{ type: '__proto__' }],
      [{ ...rent, more: 1 }],
      [{ type: 'payment', to: 'x' }],
      [{ ...rent, amount: { value: -1, currency: 'EUR' } }],
      [{ ...rent, amount: { value: 1, currency: 'USD' } }],
      [{ ...rent, to: 'a\u202eb' }],
      [{ ...rent, to: 'x'.repeat(1001) }],
      [{ ...rent, locations: ['https://elsewhere.example'] }],
      [rent, { type: 'unknown' }],
      { ...rent },
      'no JSON',
    ])
      assert.equal(await errorOf(asking(details)), 'invalid_authorization_details', JSON.stringify(details));
    assert.equal(await errorOf({ ...asking([rent]), resource: '' }), 'invalid_authorization_details');
  });

  it('are for apps alone that may ask for them at that API', async () => {
    const api = await addApi(installation, { apps: [{ id: shop.id, people: ['read'] }, { id: itself.id }] });
    assert.equal(await errorOf(asking([rent], api)), 'invalid_authorization_details');
    await installation.administration.apis.update({
      api: bank.id,
      apps: [...bank.apps, { id: itself.id, people: ['read'], machine: [] }],
    });
    await within2Seconds(
      async () => (await errorOf(asking([rent]), itself)) === 'invalid_authorization_details',
    );
    const machine = await addApp(installation, { kind: 'machine', redirectUris: [] });
    const ask = { grant_type: 'client_credentials', ...asking([rent], bank, { scope: 'read' }) };
    assertRefused(await machine.post('/token', ask), 'invalid_authorization_details');
  });

  it('are announced by type', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    const { authorization_details_types_supported: types } = (await discovery.json()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(types, ['payment']);
  });
});
