import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, enrolByLink, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere, signOut, submitForm } from '../testing/sign-out.ts';
import {
  addSite,
  createSiteVisitor,
  location,
  type SiteVisitor,
  scriptHeaders,
  trustedHere,
} from '../testing/site.ts';
import { until } from '../testing/until.ts';

const wiki = 'https://wiki.example.com';

onEveryStorage('what ends a session of a site, from the next request on', (start) => {
  let installation: TestInstallation;
  let person: TestBrowser;
  let appId: string;
  const status = async (visitor: SiteVisitor, url = `${wiki}/`) =>
    (await visitor.asked({ url, headers: scriptHeaders })).status;

  before(async () => {
    installation = await start(trustedHere);
    await setUp(installation);
    person = await addPerson(installation, { name: 'Bob', userName: 'bob' });
    appId = (await addSite(installation, { origins: [wiki] })).id;
  });

  /** A browser of its own, signed in at the issuer and at the site. */
  async function enter(url = `${wiki}/`): Promise<{ browser: TestBrowser; visitor: SiteVisitor }> {
    const browser = await signInElsewhere(installation, person);
    const visitor = createSiteVisitor(browser);
    await visitor.signIn(url);
    assert.equal(await status(visitor, url), 204);
    return { browser, visitor };
  }

  it('the sign-out at the issuer, to which the site leads', async () => {
    const [left, other] = [await enter(), await enter()];
    const out = location(await left.visitor.own(`${wiki}/.latchkey/sign-out`));
    await signOut(left.browser, new URL(out).search);
    assert.equal(await status(left.visitor), 401);
    assert.equal(await status(other.visitor), 204, 'another browser goes on');
  });

  it('leaving the one app, while the session goes on', async () => {
    const { browser, visitor } = await enter();
    const page = await browser.get(`/session/end?client_id=${appId}`);
    await submitForm(browser, page);
    assert.equal(await status(visitor), 401);
    assert.equal((await browser.get('/account')).status, 200);
  });

  it('the end of the session by an administrator, or of all that the person has', async () => {
    const { sessions } = installation.administration;
    const [one, two] = [await enter(), await enter()];
    const { items } = await sessions.list({ user: 'bob' });
    const [latest] = items;
    assert.ok(latest?.apps.includes(appId), 'the session says that it is signed in there');
    await sessions.end({ user: 'bob', uid: latest?.uid ?? '' });
    assert.deepEqual([await status(one.visitor), await status(two.visitor)].sort(), [204, 401]);
    await sessions.endAll({ user: 'bob' });
    assert.deepEqual([await status(one.visitor), await status(two.visitor)], [401, 401]);
  });

  it('disabling the person, who is not let in by enabling them again', async () => {
    const { visitor } = await enter();
    await installation.administration.people.disable({ user: 'bob' });
    assert.equal(await status(visitor), 401);
    await installation.administration.people.enable({ user: 'bob' });
    assert.equal(await status(visitor), 401);
  });

  it('suspending the passkey that signed in', async () => {
    const visitor = createSiteVisitor(await addPerson(installation, { name: 'Carol', userName: 'carol' }));
    await visitor.signIn(`${wiki}/`);
    const { people } = installation.administration;
    const [passkey = assert.fail()] = (await people.show({ user: 'carol' })).passkeys;
    await people.suspendPasskey({ user: 'carol', passkeyId: passkey.id });
    // The server follows what changed with passkeys.
    await until('it is in force', async () => (await status(visitor)) === 401);
    await people.activatePasskey({ user: 'carol', passkeyId: passkey.id });
    assert.equal(await status(visitor), 401);
  });

  it('taking back what the app was allowed', async () => {
    const { browser, visitor } = await enter();
    const grants = await installation.administration.grants.list({ user: 'bob' });
    const mine = grants.items.filter((grant) => grant.appId === appId);
    assert.ok(mine.length > 0);
    for (const { id } of mine) await installation.administration.grants.end({ user: 'bob', id });
    assert.equal(await status(visitor), 401);
    await visitor.signIn(`${wiki}/`);
    const answer = await browser.post('/account/apps/disconnect', { appId });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await status(visitor), 401);
  });

  it('somebody else signing in with that browser', async () => {
    const browser = await addPerson(installation, {
      name: 'Dan',
      userName: `dan-${randomUUID().slice(0, 8)}`,
    });
    const visitor = createSiteVisitor(browser);
    await visitor.signIn(`${wiki}/`);
    const typed = { name: 'Carol', userName: `carol-${randomUUID().slice(0, 8)}` };
    const { link = assert.fail() } = await installation.administration.people.invite(typed);
    const done = await enrolByLink(browser, link.url, { name: typed.name });
    assert.equal(done.status, 200, done.text);
    assert.equal(await status(visitor), 401);
  });

  it('a code that is redeemed after the end, and one of a session that ended between', async () => {
    const browser = await signInElsewhere(installation, person);
    const visitor = createSiteVisitor(browser);
    const callback = await visitor.toCallback(`${wiki}/`);
    await signOut(browser);
    const late = await visitor.own(callback);
    assert.equal(late.status, 400);
    assert.deepEqual(late.headers.getSetCookie(), []);
  });

  it('F18 an end that comes while a code is redeemed, whichever is first', async () => {
    const { sessions } = installation.administration;
    for (let round = 0; round < 5; round++) {
      const browser = await signInElsewhere(installation, person);
      const visitor = createSiteVisitor(browser);
      const callback = await visitor.toCallback(`${wiki}/`);
      const [, back] = await Promise.all([
        delay(round).then(() => sessions.endAll({ user: 'bob' })),
        visitor.own(callback),
      ]);
      assert.ok([303, 400].includes(back.status), `${back.status}`);
      assert.equal(await status(visitor), 401, `round ${round}: ${back.status}`);
    }
  });

  it('a rule that asks for more than the sign-in was, and an app that is gone', async () => {
    const origin = 'https://strict.example.com';
    const { id } = await addSite(installation, { origins: [origin] });
    const { browser, visitor } = await enter(`${origin}/`);
    const { apps } = installation.administration;
    await apps.update({ id, forwardAuth: { origins: [origin], acr: 'phrh' } });
    await until('it is in force', async () => (await status(visitor, `${origin}/`)) === 401);
    const asked = new URL(location(await visitor.own(`${origin}/.latchkey/sign-in?/`)));
    assert.match(asked.searchParams.get('claims') ?? '', /"essential":true,"values":\["phrh"\]/);
    const back = (await browser.follow(asked.href)).location ?? '';
    assert.match(back, /error=unmet_authentication_requirements/, 'no passkey of theirs is enough');
    assert.equal((await visitor.own(back)).status, 400);
    await apps.update({ id, forwardAuth: { origins: [origin], acr: 'phr' } });
    await until('it is in force', async () => (await status(visitor, `${origin}/`)) === 204);
    await apps.remove({ id });
    assert.equal(await status(visitor, `${origin}/`).then((code) => code === 204), false);
    await until('it is in force', async () => (await status(visitor, `${origin}/`)) === 403);
  });
});
