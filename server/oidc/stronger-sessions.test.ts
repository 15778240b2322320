import assert from 'node:assert/strict';
import { afterEach, before, it, mock } from 'node:test';
import { type AppUnderTest, addApp, payloadOf, type Tokens } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { hardwareCatalogue, hardwareModel, withSecurityKey } from '../testing/hardware-key.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { removePasskey } from '../testing/own-account.ts';
import { submitForm } from '../testing/sign-out.ts';
import { visit } from '../testing/step-up.ts';

const essential = (...values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } });
const insisting = { claims: essential('phrh') };
const offline = { scope: 'openid offline_access', prompt: 'consent' };

onEveryStorage('a session of several sign-ins', (start) => {
  const models = hardwareCatalogue();
  let installation: TestInstallation;
  /** Signs in with a passkey that is synced. */
  let soft: TestBrowser;
  /** The same browser, in which the person takes their security key. */
  let hard: Awaited<ReturnType<typeof withSecurityKey>>;
  let bank: AppUnderTest;
  let notes: AppUnderTest;

  before(async () => {
    installation = await start({}, { models });
    soft = await setUp(installation);
    hard = await withSecurityKey(installation, soft);
    bank = await addApp(installation, { name: 'Bank' });
    notes = await addApp(installation);
  });
  afterEach(() => {
    mock.timers.reset();
    const { model, metadata } = hardwareCatalogue();
    Object.assign(models, { model, metadata });
  });

  /** The same person in a browser of their own: signed in with the synced passkey, and with the key at hand. */
  async function fresh() {
    const usual = createBrowser(installation.origin, {
      of: { ...soft, cookies: new Map(), seen: new Set() },
    });
    return { usual, key: { ...usual, authenticator: hard.authenticator } };
  }
  const stopClock = () => mock.timers.enable({ apis: ['Date'], now: Date.now() });
  async function redeemed(app: AppUnderTest, code: string | undefined) {
    const { body } = await app.redeem(code ?? '');
    const tokens = body as unknown as Tokens;
    return { tokens, claims: payloadOf(tokens.id_token) };
  }
  const signIns = async () => {
    const account = await installation.storage.accounts.findByUserNameKey('ada');
    const { items } = await installation.storage.signIns.listByAccount(account?.id ?? '', { limit: 100 });
    return items;
  };

  it('keeps what its other apps have when one asks for more, and writes each sign-in down', async () => {
    const { usual, key } = await fresh();
    const before = await notes.tokens(usual, offline);
    const known = await signIns();
    const visited = await visit({ usual, stepUp: key }, bank.authorizationUrl(insisting));
    assert.deepEqual(visited.pages, ['step-up', 'consent']);
    const { tokens, claims } = await redeemed(bank, visited.code);
    assert.deepEqual([claims.acr, claims.amr], ['phrh', ['pop', 'user', 'mfa', 'hwk']]);
    const [latest, ...others] = await signIns();
    assert.deepEqual([latest?.acr, latest?.passkeyId, others.length], ['phrh', hard.passkeyId, known.length]);
    const after = await notes.refresh(before.refresh_token);
    const told = payloadOf(String(after.body.id_token));
    assert.deepEqual(
      [told.acr, told.auth_time],
      [payloadOf(before.id_token).acr, payloadOf(before.id_token).auth_time],
    );
    const renewed = payloadOf(String((await bank.refresh(tokens.refresh_token)).body.id_token));
    assert.deepEqual(
      [renewed.acr, renewed.amr, renewed.auth_time],
      [claims.acr, claims.amr, claims.auth_time],
    );
  });

  it('is not lowered by a weaker sign-in, whose time it does not borrow', async () => {
    const { usual, key } = await fresh();
    stopClock();
    const strong = await redeemed(
      bank,
      (await visit({ usual: key, stepUp: key }, bank.authorizationUrl(insisting))).code,
    );
    mock.timers.tick(100_000);
    const weak = await notes.tokens(usual, { prompt: 'login' });
    const [first, second] = [strong.claims, payloadOf(weak.id_token)];
    assert.deepEqual([second.acr, Number(second.auth_time) - Number(first.auth_time)], ['phr', 100]);
    for (const parameters of [insisting, {}, { max_age: '100' }]) {
      const { claims } = await redeemed(bank, await bank.code(usual, { ...parameters, prompt: 'none' }));
      assert.deepEqual([claims.acr, claims.auth_time], ['phrh', first.auth_time], JSON.stringify(parameters));
    }
    const recent = await bank.tokens(usual, { max_age: '99', prompt: 'none' });
    assert.equal(payloadOf(recent.id_token).auth_time, second.auth_time);
    const both = { ...insisting, max_age: '99' };
    const { pages } = await visit({ usual, stepUp: key }, bank.authorizationUrl(both));
    assert.deepEqual(pages, ['step-up'], 'one is strong, the other is recent, and none is both');
  });

  for (const which of ['the weaker', 'the stronger'] as const)
    it(`ends with the passkey of ${which} sign-in, and so does all that it gave`, async () => {
      const person = await addPerson(installation, { name: 'Grace', userName: `grace-${which.slice(4)}` });
      const key = await withSecurityKey(installation, person);
      await bank.code(key, { prompt: 'login' });
      const { access_token } = await notes.tokens(person, { prompt: 'login' });
      const [synced] = person.authenticator.credentials;
      const gone = which === 'the weaker' ? (synced?.id ?? '') : key.passkeyId;
      const elsewhere = createBrowser(installation.origin, { of: { ...person, cookies: new Map() } });
      const left = {
        ...elsewhere,
        authenticator: which === 'the weaker' ? key.authenticator : person.authenticator,
      };
      await answerSignIn(left, await left.follow('/account')).then((location) => left.follow(location));
      assert.equal((await person.get('/account')).status, 200);
      assert.equal((await removePasskey(left, gone)).status, 200);
      assert.equal((await person.get('/account')).status, 303, 'the session is over');
      assert.equal((await notes.userInfo(access_token)).status, 401);
      assert.equal((await left.get('/account')).status, 200, 'the other session is not');
    });

  it('lets a grant end with the passkey of the sign-in that it tells of', async () => {
    const person = await addPerson(installation, { name: 'Joan', userName: 'joan' });
    const key = await withSecurityKey(installation, person);
    await bank.code(key, { prompt: 'login' });
    await notes.code(person, { prompt: 'login' });
    // The latest sign-in is with the synced passkey; this one is answered with the key's.
    const kept = await bank.tokens(person, { ...offline, ...insisting });
    assert.equal(payloadOf(kept.id_token).acr, 'phrh');
    const elsewhere = createBrowser(installation.origin, { of: { ...person, cookies: new Map() } });
    await answerSignIn(elsewhere, await elsewhere.follow('/account')).then((to) => elsewhere.follow(to));
    assert.equal((await bank.refresh(kept.refresh_token)).status, 200);
    assert.equal((await removePasskey(elsewhere, key.passkeyId)).status, 200);
    assert.equal((await bank.userInfo(kept.access_token)).status, 401);
  });

  it('lets a grant end with the passkey that a refresh token was given for, whatever was quoted later', async () => {
    const person = await addPerson(installation, { name: 'Mary', userName: 'mary' });
    const key = await withSecurityKey(installation, person);
    const strong = await bank.tokens(key, { ...offline, ...insisting, prompt: 'login consent' });
    assert.equal(payloadOf((await bank.tokens(person, { prompt: 'login' })).id_token).acr, 'phr');
    const elsewhere = createBrowser(installation.origin, { of: { ...person, cookies: new Map() } });
    await answerSignIn(elsewhere, await elsewhere.follow('/account')).then((to) => elsewhere.follow(to));
    assert.equal((await removePasskey(elsewhere, key.passkeyId)).status, 200);
    assert.equal((await bank.refresh(strong.refresh_token)).body.error, 'invalid_grant');
  });

  it('gives nothing of it to the next person at the same browser', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const { usual, key } = await fresh();
    await bank.code(key, { prompt: 'login' });
    const shared = { ...usual, authenticator: eve.authenticator };
    const page = await shared.follow(notes.authorizationUrl({ prompt: 'login' }));
    const ending = await shared.get(await answerSignIn(shared, page));
    const ended = await submitForm(shared, ending, { logout: 'yes' });
    const { code } = await visit({ usual: shared, stepUp: 'abort' }, ended.location ?? '');
    assert.equal((await redeemed(notes, code)).claims.acr, 'phr');
    const asked = bank.authorizationUrl({ ...insisting, prompt: 'none' });
    assert.equal((await visit({ usual: shared, stepUp: 'abort' }, asked)).error, 'login_required');
  });

  it('stays as long as it was kept before', async () => {
    const { usual, key } = await fresh();
    const page = await usual.follow(notes.authorizationUrl());
    await usual.follow(await answerSignIn(usual, page, true));
    await visit({ usual, stepUp: key }, bank.authorizationUrl(insisting));
    stopClock();
    mock.timers.tick(13 * 24 * 60 * 60 * 1000);
    const { claims } = await redeemed(bank, await bank.code(usual, { ...insisting, prompt: 'none' }));
    assert.equal(claims.acr, 'phrh');
  });

  it('W9 is judged anew at each sign-in: by the model, by the metadata, by the flags', async () => {
    const acr = async () => {
      const { key } = await fresh();
      return payloadOf((await notes.tokens(key)).id_token).acr;
    };
    assert.equal(await acr(), 'phrh');
    models.model = { ...hardwareModel, keyProtection: ['software'] };
    assert.equal(await acr(), 'phr');
    models.model = hardwareModel;
    models.metadata = { no: 8, isCurrent: false };
    assert.equal(await acr(), 'phr');
    models.metadata = { no: 9, isCurrent: true };
    assert.equal(await acr(), 'phrh');
  });

  it('is declared in discovery', async () => {
    const metadata = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    const { acr_values_supported, claims_supported } = (await metadata.json()) as Record<string, string[]>;
    assert.deepEqual(acr_values_supported, ['urn:latchkey:acr:unconfirmed', 'phr', 'phrh']);
    for (const claim of ['acr', 'amr', 'auth_time']) assert.ok(claims_supported?.includes(claim), claim);
  });
});
