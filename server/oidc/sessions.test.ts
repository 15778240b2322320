import assert from 'node:assert/strict';
import { afterEach, before, it, mock } from 'node:test';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, authorize, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { renewId, signInElsewhere, signOut, submitForm } from '../testing/sign-out.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

onEveryStorage('sessions', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
    await app.code(browser);
  });
  afterEach(() => mock.timers.reset());

  const stopClock = () => mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const sessionId = ({ cookies }: TestBrowser) => cookies.get('session')?.value ?? '';
  async function isSignedIn(visitor: TestBrowser, to: AppUnderTest = app): Promise<boolean> {
    const { location } = await visitor.get(to.authorizationUrl({ prompt: 'none' }));
    return new URL(location ?? '').searchParams.has('code');
  }

  it('end after an hour without use', async () => {
    const visitor = await signInElsewhere(installation, browser);
    stopClock();
    mock.timers.tick(59 * minute);
    assert.ok(await isSignedIn(visitor));
    mock.timers.tick(59 * minute);
    assert.ok(await isSignedIn(visitor));
    mock.timers.tick(61 * minute);
    assert.ok(!(await isSignedIn(visitor)));
  });

  it('end a day after the sign-in, used or not', async () => {
    const visitor = await signInElsewhere(installation, browser);
    stopClock();
    for (let step = 0; step < 47; step++) {
      mock.timers.tick(30 * minute);
      assert.ok(await isSignedIn(visitor), `after ${step}`);
    }
    mock.timers.tick(31 * minute);
    assert.ok(!(await isSignedIn(visitor)));
  });

  it('end a day after the sign-in to the second, however often they are used around it', async () => {
    const visitor = await signInElsewhere(installation, browser);
    stopClock();
    for (let step = 0; step < 47; step++) {
      mock.timers.tick(30 * minute);
      await visitor.get(app.authorizationUrl({ prompt: 'none' }));
    }
    mock.timers.tick(29 * minute);
    for (let second = 0; second < 60; second += 4) {
      await visitor.get(app.authorizationUrl({ prompt: 'none' }));
      mock.timers.tick(4000);
    }
    assert.ok(!(await isSignedIn(visitor)));
    assert.equal((await visitor.get('/account')).status, 303);
  });

  it('last 14 days for who chose to stay signed in', async () => {
    const visitor = { ...createBrowser(installation.origin), authenticator: browser.authenticator };
    const page = await visitor.follow('/account');
    const back = await visitor.get(await answerSignIn(visitor, page, true));
    const [cookie = ''] = back.headers.getSetCookie().filter((each) => each.startsWith('session='));
    assert.match(cookie, /expires=/i);
    stopClock();
    mock.timers.tick(7 * day);
    assert.ok(await isSignedIn(visitor));
    mock.timers.tick(7 * day - hour);
    assert.ok(await isSignedIn(visitor));
    mock.timers.tick(2 * hour);
    assert.ok(!(await isSignedIn(visitor)));
  });

  it('are too old sooner for an app that says so', async () => {
    const visitor = await signInElsewhere(installation, browser);
    const careful = await addApp(installation, { lifetimes: { session: 600 } });
    await careful.code(visitor);
    stopClock();
    mock.timers.tick(11 * minute);
    assert.ok(!(await isSignedIn(visitor, careful)));
    assert.ok(await isSignedIn(visitor));
    const { id_token } = await careful.tokens(visitor);
    assert.equal(payloadOf(id_token).auth_time, Math.floor(Date.now() / 1000));
  });

  it('O12 get a new id at sign-in, whatever cookie was planted, and the old one is dead', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const planted = new Map(eve.cookies);
    const victim = { ...createBrowser(installation.origin), authenticator: browser.authenticator };
    for (const [name, cookie] of planted) victim.cookies.set(name, cookie);
    const before = sessionId(victim);
    const page = await victim.follow(app.authorizationUrl({ prompt: 'login' }));
    const switching = await victim.get(await answerSignIn(victim, page));
    // Another person was signed in: they are signed out first, by a form that submits itself.
    const signedOut = await submitForm(victim, switching);
    const landed = await authorize(victim, signedOut.location ?? '');
    assert.ok(landed.searchParams.get('code'), String(landed));
    assert.notEqual(sessionId(victim), before);
    const { body } = await app.redeem(landed.searchParams.get('code') ?? '');
    const { body: person } = await app.userInfo(String(body.access_token));
    assert.equal(person.sub, (await installation.storage.accounts.findByUserNameKey('ada'))?.sub);
    assert.ok(!(await isSignedIn(eve)), 'the planted session is over');
  });

  it('O12 get a new id when the same person signs in again', async () => {
    const visitor = await signInElsewhere(installation, browser);
    const thief = createBrowser(installation.origin);
    for (const [name, cookie] of visitor.cookies) thief.cookies.set(name, cookie);
    assert.ok(await isSignedIn(thief));
    const refreshed = new Map(thief.cookies);
    await app.code(visitor, { prompt: 'login' });
    for (const [name, cookie] of refreshed) thief.cookies.set(name, cookie);
    assert.ok(!(await isSignedIn(thief)), 'the id from before is dead');
    assert.ok(await isSignedIn(visitor));
  });

  it('O12 an invented session or interaction cookie is never taken over', async () => {
    const visitor = createBrowser(installation.origin);
    visitor.cookies.set('session', { value: 'chosen-by-the-attacker', path: '/' });
    visitor.cookies.set('interaction', { value: 'chosen-by-the-attacker', path: '/' });
    const page = await visitor.follow(app.authorizationUrl());
    assert.notEqual(visitor.cookies.get('interaction')?.value, 'chosen-by-the-attacker');
    Object.assign(visitor, { authenticator: browser.authenticator });
    await visitor.follow(await answerSignIn({ ...visitor, authenticator: browser.authenticator }, page));
    assert.notEqual(sessionId(visitor), 'chosen-by-the-attacker');
  });

  it('signing out of one browser ends nothing in another', async () => {
    const [here, there] = [
      await signInElsewhere(installation, browser),
      await signInElsewhere(installation, browser),
    ];
    const [inHere, inThere] = [await app.tokens(here), await app.tokens(there)];
    await signOut(here);
    assert.equal((await app.userInfo(inHere.access_token)).status, 401);
    assert.equal((await app.userInfo(inThere.access_token)).status, 200);
    assert.equal((await app.refresh(inThere.refresh_token)).status, 200);
    assert.ok(await isSignedIn(there));
  });

  it('ended on the account page are over at once, with their tokens', async () => {
    const here = await signInElsewhere(installation, browser);
    const there = await signInElsewhere(installation, browser);
    const { access_token, refresh_token } = await app.tokens(there);
    const ended = await here.post('/account/sessions/end-others', {});
    assert.equal(ended.status, 200);
    assert.ok(!(await isSignedIn(there)));
    assert.equal((await app.userInfo(access_token)).status, 401);
    assertRefused(await app.refresh(refresh_token), 'invalid_grant');
    assert.equal((await there.post('/account/profile', { name: 'Mallory' })).status, 401);
    assert.ok(await isSignedIn(here));
  });

  it('I3 that are ended stay ended, however many requests are under way with them', async () => {
    const keeper = await signInElsewhere(installation, browser);
    for (let round = 0; round < 3; round++) {
      const victim = await signInElsewhere(installation, browser);
      await app.code(victim);
      const thief = createBrowser(installation.origin);
      for (const [name, cookie] of victim.cookies) thief.cookies.set(name, cookie);
      const stolen = [...thief.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
      const silently = () => thief.get(app.authorizationUrl({ prompt: 'none' }), { cookie: stolen });
      const underWay = Array.from({ length: 20 }, silently);
      assert.equal((await keeper.post('/account/sessions/end-others', {})).status, 200);
      await Promise.all(underWay);
      const { location } = await silently();
      assert.equal(new URL(location ?? '').searchParams.get('error'), 'login_required');
    }
  });

  it('I3 that are ended stay ended, also when a request under way gives them a new id', async () => {
    const keeper = await signInElsewhere(installation, browser);
    const thief = await signInElsewhere(installation, browser);
    const renewed = await renewId(thief, app.id);
    assert.equal((await keeper.post('/account/sessions/end-others', {})).status, 200);
    await renewed.letGo();
    assert.equal((await thief.get('/account')).status, 303);
    assert.ok(!(await isSignedIn(thief)));
    assert.ok(await isSignedIn(keeper));
  });

  it('I3 that are left stay left, also when a request under way gives them a new id', async () => {
    const visitor = await signInElsewhere(installation, browser);
    const thief = createBrowser(installation.origin, {
      of: { ...visitor, cookies: new Map(visitor.cookies) },
    });
    const renewed = await renewId(thief, app.id);
    for (const [name, cookie] of thief.cookies) visitor.cookies.set(name, cookie);
    await signOut(visitor);
    await renewed.letGo();
    assert.ok(!(await isSignedIn(thief)));
  });
});
