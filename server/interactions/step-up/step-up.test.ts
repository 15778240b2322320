import assert from 'node:assert/strict';
import { afterEach, before, it } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../../testing/app-under-test.ts';
import type { SoftwareAuthenticator } from '../../testing/authenticator.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../../testing/browser.ts';
import { createSecurityKey, hardwareCatalogue, withSecurityKey } from '../../testing/hardware-key.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, answerSignIn, json, setUp } from '../../testing/journeys.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';
import { type StepUpPage, visit } from '../../testing/step-up.ts';

const essential = (...values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } });
const insisting = { claims: essential('phrh') };
const unmet = 'unmet_authentication_requirements';

onEveryStorage('the step-up page', (start) => {
  const models = hardwareCatalogue();
  let installation: TestInstallation;
  let ada: TestBrowser;
  let key: Awaited<ReturnType<typeof withSecurityKey>>;
  let app: AppUnderTest;
  let people = 0;

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'open' }, { models });
    ada = await setUp(installation);
    key = await withSecurityKey(installation, ada);
    app = await addApp(installation, { consent: 'implicit' });
  });
  afterEach(() => {
    models.metadata = { no: 7, isCurrent: true };
  });

  const stranger = () =>
    createBrowser(installation.origin, { of: { ...ada, cookies: new Map(), seen: new Set() } });
  const withKey = (browser: TestBrowser) => ({ ...browser, authenticator: key.authenticator });
  const somebody = (name = `P${people++}`) => addPerson(installation, { name, userName: name.toLowerCase() });
  const kindOf = (page: Answer) => pageData<{ kind: string }>(page).kind;
  /** Signed in with a synced passkey, on the page. */
  async function opened(browser: TestBrowser, parameters: Record<string, string> = insisting) {
    const first = await browser.follow(app.authorizationUrl(parameters));
    const page =
      kindOf(first) === 'sign-in' ? await browser.follow(await answerSignIn(browser, first)) : first;
    assert.equal(kindOf(page), 'step-up', page.text.slice(0, 300));
    return { page, data: pageData<StepUpPage>(page) };
  }
  type Creation = Parameters<SoftwareAuthenticator['create']>[0];

  /** Confirms with a passkey that is there, then makes one. */
  async function register(browser: TestBrowser, urls: StepUpPage['urls'], made = browser.authenticator) {
    const purpose = 'add-passkey';
    const asked = json<{ options: never }>(await browser.post(urls.confirmOptions, { purpose }));
    const response = browser.authenticator.get(asked.options);
    const confirmed = await browser.post(urls.confirm, { purpose, response });
    const { proof } = json<{ proof: string }>(confirmed);
    const { options } = json<{ options: Creation }>(await browser.post(urls.addOptions, { proof }));
    return { options, done: await browser.post(urls.add, { response: made.create(options) }) };
  }

  it('asks for the right one of their passkeys, by name and model, and goes on', async () => {
    const { page, data } = await opened(stranger());
    assert.match(page.text, /One more step/);
    assert.match(page.text, /Sample Security Key[\s\S]*?Good for this[\s\S]*?Not enough for this/);
    assert.deepEqual(
      data.options?.allowCredentials?.map(({ id }) => id),
      [key.passkeyId],
    );
    const usual = stranger();
    const visited = await visit({ usual, stepUp: withKey(usual) }, app.authorizationUrl(insisting));
    assert.deepEqual(visited.pages, ['sign-in', 'step-up']);
    const { body } = await app.redeem(visited.code ?? '');
    assert.equal(payloadOf(String(body.id_token)).acr, 'phrh');
  });

  it('tells nothing of a person before it is they who are there', async () => {
    const visitor = stranger();
    const page = await visitor.follow(app.authorizationUrl({ ...insisting, login_hint: 'ada' }));
    assert.equal(kindOf(page), 'sign-in');
    assert.doesNotMatch(page.text, /Sample Security Key/);
    assert.equal(pageData<StepUpPage>(page).options?.allowCredentials, undefined);
    const at = new URL(page.location ?? '').pathname;
    for (const path of ['options', 'confirm/options', 'passkey/options', 'skip', 'decline'])
      assert.equal((await visitor.post(`${at}/step-up/${path}`, {})).status, 400, path);
  });

  it('O10 leads back to the app with what is missing, where the person will not', async () => {
    const visited = await visit({ usual: stranger(), stepUp: 'abort' }, app.authorizationUrl(insisting));
    assert.deepEqual([visited.pages, visited.error], [['sign-in', 'step-up'], unmet]);
    assert.equal(visited.answer.get('state'), 'a state');
  });

  it('O10 is not shown to a person who can do nothing: an app that insists is told, another one goes on', async () => {
    const person = await somebody();
    const ask = (parameters: Record<string, string>) =>
      visit({ usual: person, stepUp: 'abort' }, app.authorizationUrl(parameters));
    models.metadata = { no: 7, isCurrent: false };
    assert.deepEqual(await ask(insisting).then(({ pages, error }) => [pages, error]), [[], unmet]);
    delete models.metadata;
    assert.deepEqual(await ask(insisting).then(({ pages, error }) => [pages, error]), [[], unmet]);
    models.metadata = { no: 7, isCurrent: true };
    assert.ok((await ask({ acr_values: 'phrh' })).code, 'nobody makes a passkey that they need not');
    assert.deepEqual((await ask(insisting)).pages, ['step-up'], 'a security key could be added');
  });

  it('lets a person go on without only where the app does not insist', async () => {
    const usual = stranger();
    const { data } = await opened(usual);
    assert.equal(data.urls.skip, undefined);
    assert.equal((await usual.post(data.urls.login.replace(/$/, '/skip'), {})).status, 403);
    const voluntary = await visit({ usual, stepUp: 'skip' }, app.authorizationUrl({ acr_values: 'phrh' }));
    assert.deepEqual(voluntary.pages, ['step-up']);
    const { body } = await app.redeem(voluntary.code ?? '');
    assert.equal(payloadOf(String(body.id_token)).acr, 'phr');
  });

  it('W12 W13 takes no passkey that was not asked for: another one of theirs, or somebody else’s', async () => {
    const eve = await somebody();
    const hers = await withSecurityKey(installation, eve);
    const usual = stranger();
    for (const { authenticator } of [ada, hers]) {
      const { data } = await opened(usual);
      const [credential] = authenticator.credentials;
      assert.ok(credential && data.options);
      const response = authenticator.get(data.options, { credential });
      const answer = await usual.post(data.urls.login, { response });
      assert.deepEqual([answer.status, json(answer).error], [400, 'passkey_rejected']);
    }
  });

  it('believes what was signed, not what the page showed before', async () => {
    const usual = stranger();
    const { data } = await opened(usual);
    assert.ok(data.options);
    models.metadata = { no: 8, isCurrent: false };
    const response = key.authenticator.get(data.options);
    const answer = await usual.post(data.urls.login, { response });
    assert.deepEqual([answer.status, json(answer).error], [403, 'authenticator_not_enough']);
    models.metadata = { no: 9, isCurrent: true };
    const again = await opened(usual);
    const { location } = json<{ location: string }>(await usual.post(again.data.urls.abort, {}));
    assert.match((await usual.follow(location)).location ?? '', new RegExp(unmet));
  });

  it('makes a passkey with the right hints; one that is not enough is kept, and said to be none', async () => {
    const person = await somebody();
    const { page, data } = await opened(person);
    assert.match(page.text, /Good places are a security key or this device/);
    const { options, done } = await register(person, data.urls, createSecurityKey(installation.origin));
    assert.deepEqual([options.hints, options.attestation], [['security-key', 'client-device'], 'direct']);
    assert.equal(done.status, 200, done.text);
    const after = await person.get(json<{ location: string }>(done).location);
    assert.match(after.text, /Your new passkey is saved, but it is not enough/);
    assert.equal(after.text.match(/Not enough for this/g)?.length, 2);
    const audited = await installation.storage.auditEvents.list({ limit: 1000 });
    assert.ok(
      audited.some(({ type, details }) => type === 'passkey.registered' && details?.by === 'step-up'),
    );
  });

  it('goes on with a passkey that was just made and is enough', async () => {
    const person = await somebody();
    const { passkeys } = installation.storage;
    const [synced] = person.authenticator.credentials;
    // As after a recovery, with one passkey from before that an administrator turned on again.
    const older = await withSecurityKey(installation, person);
    const recovered = await passkeys.findById(synced?.id ?? '');
    assert.ok(recovered);
    await passkeys.update(
      { ...recovered, assurance: 'unconfirmed', revision: recovered.revision + 1 },
      recovered.revision,
    );
    const parameters = { claims: essential('phr') };
    const usual = createBrowser(installation.origin, { of: { ...person, cookies: new Map() } });
    const { data } = await opened(usual, parameters);
    const { done } = await register(
      { ...usual, authenticator: older.authenticator },
      data.urls,
      createSecurityKey(installation.origin),
    );
    const { location } = await usual.follow(json<{ location: string }>(done).location);
    const { body } = await app.redeem(new URL(location ?? '').searchParams.get('code') ?? '');
    assert.equal(payloadOf(String(body.id_token)).acr, 'phr');
    assert.ok(await app.code(usual, { ...parameters, prompt: 'none' }), 'the session has it');
  });

  it('W15 asks nobody for a passkey whose model is blocked', async () => {
    const person = await somebody();
    const blocked = await withSecurityKey(installation, person);
    const { passkeys } = installation.storage;
    const record = await passkeys.findById(blocked.passkeyId);
    assert.ok(record);
    await passkeys.update({ ...record, modelAction: 'block', modelAlertAt: 1 }, record.revision);
    const { page, data } = await opened(person);
    assert.equal(data.options, undefined);
    assert.doesNotMatch(page.text, /Sample Security Key/);
  });

  it('O11 makes a passkey for the person who is there, which no sign-up beside it gets hold of', async () => {
    const person = await somebody();
    const { page, data } = await opened(person);
    const at = new URL(page.location ?? '').pathname;
    assert.equal(
      (await person.post(`${at}/sign-up/options`, { name: 'M', userName: 'mallory' })).status,
      200,
    );
    const elsewhere = { ...data.urls, add: `${at}/sign-up` };
    const { done } = await register(person, elsewhere, createSecurityKey(installation.origin));
    assert.deepEqual([done.status, json(done).error], [400, 'passkey_rejected']);
    const account = await installation.storage.accounts.findByUserHandle(
      person.authenticator.credentials[0]?.userHandle ?? '',
    );
    const [userHandle = ''] = account?.userHandles ?? [];
    assert.equal((await installation.storage.passkeys.listByUserHandle(userHandle)).length, 1);
  });

  it('O11 takes no answer from another site, and none where nothing was asked', async () => {
    const usual = stranger();
    const { data } = await opened(usual);
    for (const url of Object.values(data.urls))
      assert.equal((await usual.post(url, {}, { 'sec-fetch-site': 'cross-site' })).status, 403, url);
    const shy = await addApp(installation, { consent: 'explicit' });
    const consent = await usual.follow(shy.authorizationUrl());
    assert.equal(kindOf(consent), 'consent');
    const at = new URL(consent.location ?? '').pathname;
    assert.equal((await usual.post(`${at}/step-up/decline`, {})).status, 400);
  });
});
