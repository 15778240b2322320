import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createAuthenticator } from '../testing/authenticator.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, allow, json, type SignInPageData, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { beginPasskey, prove, removePasskey } from '../testing/own-account.ts';
import { startSplitInstallation } from '../testing/split-installation.ts';

interface StepUpPageData {
  kind: string;
  options?: { allowCredentials?: { id: string }[] };
  urls: { abort: string; login: string };
}

interface Refusal {
  error: string;
  reason?: string;
}

/** What groups, apps and the installation ask, from the pages on. */
function declareJourneys(start: () => Promise<TestInstallation>): void {
  let installation: TestInstallation;
  let person: TestBrowser;
  let plain: AppUnderTest;
  let strict: AppUnderTest;

  before(async () => {
    installation = await start();
    await setUp(installation);
    person = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    plain = await addApp(installation, { id: 'plain', name: 'Plain' });
    strict = await addApp(installation, { id: 'strict', name: 'Strict' });
    await installation.administration.groups.add({ name: 'Engineering' });
    await apply({ apps: { strict: { deviceBound: true } } });
  });

  /** In force at the server within two seconds. */
  async function apply(policy: Record<string, unknown>): Promise<void> {
    await installation.administration.policy.apply({ policy, meant: true });
    await delay(2100);
  }

  const strangerWith = (synced: boolean, credentials = person.authenticator.credentials) => {
    const { origin } = installation;
    const authenticator = createAuthenticator({ origin, synced });
    authenticator.credentials.push(...credentials);
    return createBrowser(origin, { of: { cookies: new Map(), seen: new Set(), authenticator } });
  };

  /** Opens the sign-in page of an app and answers it once. */
  async function answerOnce(browser: TestBrowser, app: AppUnderTest) {
    const page = await browser.follow(app.authorizationUrl());
    const { options, urls } = pageData<SignInPageData>(page);
    const answer = await browser.post(urls.login, { response: browser.authenticator.get(options) });
    return { answer, urls };
  }

  /** Signs in with a passkey that is not enough, as far as the page that says so. */
  async function stepUpPage(browser: TestBrowser, app: AppUnderTest) {
    const { answer } = await answerOnce(browser, app);
    const page = await browser.follow(json<{ location: string }>(answer).location);
    const data = pageData<StepUpPageData>(page);
    assert.equal(data.kind, 'step-up', page.text.slice(0, 300));
    return { page, data };
  }

  async function declined(browser: TestBrowser, { urls }: StepUpPageData): Promise<string | null> {
    const { location } = json<{ location: string }>(await browser.post(urls.abort, {}));
    return new URL((await browser.follow(location)).location ?? '').searchParams.get('error');
  }

  const refused = ({ status, text }: { status: number; text: string }, code: string, reason?: string) => {
    const { error, reason: told } = JSON.parse(text) as Refusal;
    assert.deepEqual([status, error, told], [code === 'rules_contradict' ? 409 : 403, code, reason]);
  };

  /** A passkey that stays where it is. */
  async function makeKey() {
    const key = createAuthenticator({ origin: installation.origin, synced: false });
    const response = key.create(await beginPasskey(person, await prove(person, 'add-passkey')));
    assert.equal((await person.post('/account/passkeys', { response })).status, 200);
    return { key, passkeyId: response.id };
  }

  /** In a browser that is signed in nowhere. */
  async function withKey(): Promise<TestBrowser> {
    const { key } = await makeKey();
    const of = { cookies: new Map(), seen: new Set<string>(), authenticator: key };
    return createBrowser(installation.origin, { of });
  }

  it('W15 an app that asks for more says which passkey would do, and a stronger one signs in', async () => {
    const browser = strangerWith(true);
    const { page, data } = await stepUpPage(browser, strict);
    assert.doesNotMatch(page.text, /Good for this/);
    assert.equal(data.options, undefined, 'there is none yet');
    assert.equal(await declined(browser, data), 'access_denied');
    const key = await withKey();
    assert.ok(await strict.code(key));
    const again = (await stepUpPage(strangerWith(true), strict)).data;
    assert.deepEqual(
      again.options?.allowCredentials?.map(({ id }) => id),
      key.authenticator.credentials.map(({ id }) => id),
    );
  });

  it('W15 a session of a weaker passkey is asked for another one, and keeps its other apps', async () => {
    const browser = strangerWith(true);
    await plain.code(browser);
    const silent = async (app: AppUnderTest) => app.answerOf(browser, { prompt: 'none' });
    assert.equal((await silent(strict)).get('error'), 'login_required');
    const page = await browser.follow(strict.authorizationUrl());
    const { kind, urls } = pageData<StepUpPageData>(page);
    assert.equal(kind, 'step-up');
    assert.ok((await silent(plain)).get('code'));
    const key = await withKey();
    // The page was there before the key: it is asked for anew.
    const { options } = json<{ options: never }>(await browser.post(`${urls.login}/options`, {}));
    const used = await browser.post(urls.login, { response: key.authenticator.get(options) });
    const back = await browser.follow(json<{ location: string }>(used).location);
    assert.ok(new URL(back.location ?? '').searchParams.get('code'));
    assert.ok((await silent(strict)).get('code'));
    assert.ok((await silent(plain)).get('code'));
    await plain.code(browser, { prompt: 'login' });
    assert.ok((await silent(strict)).get('code'), 'a weaker sign-in afterwards lowers nothing');
  });

  it('W15 a stronger passkey that is gone is not what a session of a weaker one rests on', async () => {
    const { key, passkeyId } = await makeKey();
    const browser = createBrowser(installation.origin, {
      of: { cookies: new Map(), seen: new Set(), authenticator: key },
    });
    await strict.code(browser);
    const weak = createBrowser(installation.origin, {
      of: { ...browser, authenticator: strangerWith(true).authenticator },
    });
    await plain.code(weak, { prompt: 'login' });
    const silent = async () => strict.answerOf(browser, { prompt: 'none' });
    assert.ok((await silent()).get('code'));
    assert.equal((await removePasskey(person, passkeyId)).status, 200);
    assert.equal((await silent()).get('error'), 'login_required');
    assert.ok((await plain.answerOf(browser, { prompt: 'none' })).get('code'), 'its session goes on');
  });

  it('W15 who signs up for an app makes a passkey that is enough for it', async () => {
    const signUp = async (browser: TestBrowser) => {
      const page = await browser.follow(strict.authorizationUrl({ prompt: 'create' }));
      const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
      const begun = await browser.post(urls.options, { name: 'Nell', userName: 'nell' });
      const { options } = json<{ options: never }>(begun);
      return browser.post(urls.finish, { response: browser.authenticator.create(options) });
    };
    refused(await signUp(createBrowser(installation.origin)), 'authenticator_refused', 'not_device_bound');
    const nell = strangerWith(false, []);
    const done = await signUp(nell);
    assert.equal(done.status, 200, done.text);
    const consent = await nell.follow(json<{ location: string }>(done).location);
    const back = await nell.follow(await allow(nell, consent));
    assert.ok(new URL(back.location ?? '').searchParams.get('code'));
  });

  it('W15 a group asks its people in every app, at every registration, and not at their account page', async () => {
    await installation.administration.groups.addMember({ group: 'Engineering', user: 'grace' });
    await apply({ groups: { Engineering: { deviceBound: true } } });
    await stepUpPage(strangerWith(true), plain);
    const browser = strangerWith(true);
    const account = await browser.follow('/account');
    const { options, urls } = pageData<SignInPageData>(account);
    const signedIn = await browser.post(urls.login, { response: browser.authenticator.get(options) });
    const { location } = json<{ location: string }>(signedIn);
    assert.equal((await browser.follow(location)).status, 200);
    const wanted = await beginPasskey(browser, await prove(browser, 'add-passkey'));
    assert.deepEqual((wanted as { hints?: string[] }).hints, ['security-key', 'client-device']);
    const weak = createAuthenticator({ origin: browser.origin }).create(wanted);
    refused(
      await browser.post('/account/passkeys', { response: weak }),
      'authenticator_refused',
      'not_device_bound',
    );
    assert.ok(await plain.code(await withKey()));
    await apply({ groups: {} });
  });

  it('W15 rules that contradict each other let nobody in, and say so', async () => {
    await apply({
      groups: { Engineering: { vendors: ['Yubico AB'] } },
      apps: { strict: { vendors: ['Acme'] } },
    });
    const browser = strangerWith(true);
    const { answer } = await answerOnce(browser, strict);
    const back = await browser.follow(json<{ location: string }>(answer).location);
    assert.equal(new URL(back.location ?? '').searchParams.get('error'), 'access_denied');
    assert.equal((await strict.answerOf(person, { prompt: 'none' })).get('error'), 'access_denied');
    await apply({ groups: {}, apps: { strict: { deviceBound: true } } });
  });

  it('W15 the floor refuses a passkey that was registered before it, everywhere', async () => {
    const key = await withKey();
    await makeAdministrator('grace');
    await apply({ installation: { deviceBound: true } });
    const { answer } = await answerOnce(strangerWith(true), plain);
    refused(answer, 'authenticator_refused', 'not_device_bound');
    assert.ok(await plain.code(key));
    const told =
      /Not accepted[\s\S]*You cannot sign in with this passkey any more: your organization does not/;
    assert.match((await key.get('/account')).text, told);
    await apply({ installation: {} });
    assert.doesNotMatch((await key.get('/account')).text, told);
    assert.ok(await plain.code(strangerWith(true)));
  });

  it('asks for as many passkeys as are wanted, once a sign-in, and stands in nobody’s way', async () => {
    const { authenticator } = await addPerson(installation, { name: 'Heidi', userName: 'heidi' });
    await apply({ installation: { leastPasskeys: 2 } });
    const browser = strangerWith(true, authenticator.credentials);
    const { answer } = await answerOnce(browser, plain);
    const page = await browser.follow(json<{ location: string }>(answer).location);
    assert.match(page.text, /at least 2 passkeys, and you have one that works/);
    const { urls } = pageData<{ urls: { consent: string } }>(page);
    const next = json<{ location: string }>(await browser.post(urls.consent, {}));
    const consent = await browser.follow(next.location);
    const back = await browser.follow(await allow(browser, consent));
    assert.ok(new URL(back.location ?? '').searchParams.get('code'));
    assert.ok((await plain.answerOf(browser, { prompt: 'none' })).get('code'));
    assert.match((await browser.get('/account')).text, /at least 2 passkeys/);
    await plain.code(await withKey());
    assert.doesNotMatch((await person.get('/account')).text, /at least 2 passkeys/);
    await apply({ installation: {} });
  });

  it('is written down, with what was against it', async () => {
    const events = await installation.storage.auditEvents.list({ limit: 500 });
    // A passkey manager elsewhere has the reason in an audit of its own.
    const told = ['not_device_bound', 'authenticator_refused'];
    const refused = events.filter(({ reason }) => told.includes(reason ?? ''));
    assert.deepEqual([...new Set(refused.map(({ type }) => type))].sort(), [
      'passkey.registration_refused',
      'sign_in.failed',
    ]);
  });

  /** One that could sign in must be left. */
  async function makeAdministrator(userName: string): Promise<void> {
    const { accounts } = installation.storage;
    const account = await accounts.findByUserNameKey(userName);
    assert.ok(account);
    assert.ok(await accounts.update({ ...account, role: 'administrator' }, account.revision));
  }
}

onEveryStorage('rules for authenticators', (start) =>
  declareJourneys(() => start({ LATCHKEY_SIGN_UP: 'open' })),
);

describe('rules for authenticators, with the passkey manager elsewhere', () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());
  declareJourneys(async () => resources.use(await startSplitInstallation({ LATCHKEY_SIGN_UP: 'open' })));
});
