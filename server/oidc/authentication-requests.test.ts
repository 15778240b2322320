import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, allow, answerSignIn, authorize, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('authentication requests', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
    await app.code(browser);
  });

  const kindOf = (text: string) => pageData<{ kind: string }>({ text } as never).kind;
  const essential = (...values: string[]) =>
    JSON.stringify({ id_token: { acr: { essential: true, values } } });
  async function error(visitor: TestBrowser, parameters: Record<string, string>) {
    const { location, text } = await visitor.follow(app.authorizationUrl(parameters));
    assert.ok(location?.startsWith(app.redirectUri), `${location} ${text.slice(0, 200)}`);
    return new URL(location ?? '').searchParams.get('error');
  }

  it('O10 prompt=none without a session is login_required, without consent consent_required', async () => {
    const stranger = createBrowser(installation.origin);
    assert.equal(await error(stranger, { prompt: 'none' }), 'login_required');
    assert.equal(await error(browser, { prompt: 'none', scope: 'openid groups' }), 'consent_required');
    assert.equal(await error(browser, { prompt: 'none login' }), 'invalid_request');
    assert.ok(await app.code(browser, { prompt: 'none' }));
  });

  it('O10 a login_hint tells nobody whether there is such a person', async () => {
    const pages = await Promise.all(
      ['ada', 'nobody', 'ada@example.org', '{"$gt":""}'].map(async (login_hint) => {
        const stranger = createBrowser(installation.origin);
        const page = await stranger.follow(app.authorizationUrl({ login_hint }));
        const blank = /"challenge":"[^"]+"|\/interaction\/[\w-]+|[0-9a-f]{16}/g;
        return `${page.status} ${page.text.replace(blank, '')}`;
      }),
    );
    assert.equal(new Set(pages).size, 1);
    assert.equal(
      await error(createBrowser(installation.origin), { login_hint: 'ada', prompt: 'none' }),
      'login_required',
    );
  });

  it('O10 max_age=0 and prompt=login want a new signature', async () => {
    for (const parameters of [{ max_age: '0' }, { prompt: 'login' }]) {
      const page = await browser.follow(app.authorizationUrl(parameters));
      assert.equal(page.status, 200);
      assert.equal(kindOf(page.text), 'sign-in');
    }
    assert.equal(await error(browser, { max_age: '-1' }), 'invalid_request');
    assert.equal(await error(browser, { max_age: '1e400' }), 'invalid_request');
  });

  it('O10 max_age asks again when the sign-in is older, and not before', async () => {
    assert.ok(await app.code(browser, { max_age: '1000', prompt: 'none' }));
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(1001_000);
      assert.equal(await error(browser, { max_age: '1000', prompt: 'none' }), 'login_required');
      const { id_token } = await app.tokens(browser, { max_age: '1000' });
      assert.equal(payloadOf(id_token).auth_time, Math.floor(Date.now() / 1000));
    } finally {
      mock.timers.reset();
    }
    await app.code(browser, { prompt: 'login' });
  });

  it('O10 an id_token_hint of another person is no way past them', async () => {
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const { id_token } = await app.tokens(grace);
    assert.equal(await error(browser, { id_token_hint: id_token, prompt: 'none' }), 'login_required');
    assert.ok(await app.code(grace, { id_token_hint: id_token, prompt: 'none' }));
    assert.equal(await error(browser, { id_token_hint: 'a.b.c', prompt: 'none' }), 'invalid_request');
    const forged = `${id_token.slice(0, -4)}AAAA`;
    assert.equal(await error(grace, { id_token_hint: forged, prompt: 'none' }), 'invalid_request');
  });

  it('O10 a claims parameter may be huge, deep, or no JSON at all', async () => {
    const deep = `${'{"id_token":'.repeat(500)}{}${'}'.repeat(500)}`;
    for (const claims of ['no JSON', '[]', 'null', '{}', '{"id_token":1}'])
      assert.ok(await error(browser, { claims, prompt: 'none' }), claims.slice(0, 40));
    assert.ok((await browser.get(app.authorizationUrl({ claims: deep }))).status < 500);
    const huge = JSON.stringify({ id_token: { acr: { values: Array(1e4).fill('x') } } });
    const answer = await fetch(app.authorizationUrl({ claims: huge }), { redirect: 'manual' });
    assert.ok(answer.status === 431 || answer.status === 414 || answer.status === 400);
  });

  it('O10 an essential acr that no passkey reaches ends with unmet_authentication_requirements', async () => {
    const claims = essential('urn:example:unheard-of');
    for (const visitor of [browser, createBrowser(installation.origin)])
      assert.equal(await error(visitor, { claims }), 'unmet_authentication_requirements');
  });

  it('O10 an essential acr that cannot be read is no request without one', async () => {
    for (const acr of [
      { values: 'phr' },
      { values: [] },
      { values: [7] },
      { value: ['phr'] },
      { value: null },
    ]) {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, ...acr } } });
      for (const parameters of [{ claims }, { claims, acr_values: 'phr' }, { claims, prompt: 'none' }])
        assert.equal(await error(browser, parameters), 'invalid_request', claims);
    }
  });

  it('O10 a demand that is misspelt is none that could be passed over', async () => {
    for (const acr of [
      'phrh',
      [],
      { essential: 'true', value: 'phrh' },
      { essential: 1, values: ['phrh'] },
    ]) {
      const answer = await app.answerOf(browser, { claims: JSON.stringify({ id_token: { acr } }) });
      assert.equal(answer.get('error'), 'invalid_request', JSON.stringify(acr));
    }
    for (const acr of [null, {}, { essential: false, value: 'phrh' }])
      assert.ok(await app.code(browser, { prompt: 'none', claims: JSON.stringify({ id_token: { acr } }) }));
  });

  it('acr_values does not cancel an essential acr', async () => {
    const claims = essential('urn:example:unheard-of');
    assert.equal(await error(browser, { claims, acr_values: 'phr' }), 'unmet_authentication_requirements');
    const { id_token } = await app.tokens(browser, {
      claims: essential('phr'),
      acr_values: 'urn:example:other',
    });
    assert.equal(payloadOf(id_token).acr, 'phr');
  });

  it('a voluntary acr that cannot be reached is not insisted on, and the one reached is told', async () => {
    for (const parameters of [
      { acr_values: 'urn:example:unheard-of' },
      { claims: JSON.stringify({ id_token: { acr: { values: ['urn:example:unheard-of'] } } }) },
      { claims: JSON.stringify({ id_token: { acr: null } }) },
      { claims: JSON.stringify({ id_token: { acr: { essential: true } } }) },
    ]) {
      const { id_token } = await app.tokens(browser, parameters);
      assert.equal(payloadOf(id_token).acr, 'phr');
    }
  });

  it('auth_time is the time of the signature, however slow the consent', async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      const slow = await addApp(installation);
      const page = await browser.follow(slow.authorizationUrl({ prompt: 'login' }));
      const signedAt = Math.floor(Date.now() / 1000);
      const consent = await browser.follow(await answerSignIn(browser, page));
      mock.timers.tick(120_000);
      const { location } = await browser.get(await allow(browser, consent));
      const code = new URL(location ?? '').searchParams.get('code') ?? '';
      const { body } = await slow.redeem(code);
      assert.equal(payloadOf(String(body.id_token)).auth_time, signedAt);
    } finally {
      mock.timers.reset();
    }
    await app.code(browser, { prompt: 'login' });
  });

  it('prompt=create leads to a sign-in, not in circles, where nobody may sign up', async () => {
    const answer = await authorize(browser, app.authorizationUrl({ prompt: 'create' }));
    assert.ok(answer.searchParams.get('code'), String(answer));
  });

  it('a session of a person who is gone is no session', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const { accounts } = installation.storage;
    const account = await accounts.findByUserNameKey('eve');
    assert.ok(account);
    // As a request in flight would leave it: the session is there, the person is not.
    await accounts.update(
      { ...account, status: 'disabled', revision: account.revision + 1 },
      account.revision,
    );
    assert.equal(await error(eve, { prompt: 'none' }), 'login_required');
    const page = await eve.follow(app.authorizationUrl());
    assert.equal(kindOf(page.text), 'sign-in');
    assert.equal((await eve.follow('/account')).status, 200);
  });
});
