import assert from 'node:assert/strict';
import { afterEach, before, it, mock } from 'node:test';
import { linkId } from '../admin/links.ts';
import { addApp, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, beginByLink, enrolByLink, json } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';

const hour = 60 * 60 * 1000;

onEveryStorage('links to a passkey', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  const fresh = () => createBrowser(installation.origin);
  const typed = { name: 'Ada Lovelace', userName: 'ada', email: 'ada@example.org' };

  before(async () => {
    installation = await start();
  });
  afterEach(() => mock.timers.reset());

  it('W20 an invitation that its maker may have kept lets nobody in who has been given groups since', async () => {
    const { administration, storage } = installation;
    const { id } = await administration.groups.add({ name: 'Finance' });
    const { account, link = assert.fail() } = await administration.people.invite({ userName: 'newbie' });
    const token = new URL(link.url).searchParams.get('token') ?? '';
    const stored = linkId(installation.secret.hash, token);
    const invitation = (await storage.invitations.take(stored, Date.now())) ?? assert.fail();
    await storage.invitations.insert({ ...invitation, withoutGroups: true });
    assert.equal((await fresh().follow(link.url)).status, 200);
    await administration.groups.addMember({ group: id, user: account.id });
    assert.equal((await fresh().follow(link.url)).status, 410);
  });

  it('W20 of two setup links answered at once, one makes an administrator', async () => {
    const { people } = installation.administration;
    const links = await Promise.all([people.setupLink({}), people.setupLink({}), people.setupLink({})]);
    const browsers = links.map(fresh);
    const done = await Promise.all(
      links.map(({ link }, n) =>
        enrolByLink(browsers[n] ?? fresh(), link.url, { ...typed, userName: `ada${n}` }),
      ),
    );
    assert.equal(done.filter(({ status }) => status === 200).length, 1);
    assert.equal((await installation.storage.accounts.listByRole('administrator')).length, 1);
    const winner = done.findIndex(({ status }) => status === 200);
    ada = browsers[winner] ?? assert.fail();
    for (const { link } of links) assert.equal((await fresh().follow(link.url)).status, 410);
    await assert.rejects(people.setupLink({}));
  });

  it('W20 opening a link uses nothing up, and its token leaves the address', async () => {
    const { link = assert.fail() } = await installation.administration.people.invite({
      name: 'Bob',
      userName: 'bob',
    });
    for (let round = 0; round < 3; round++) {
      const browser = fresh();
      const opened = await browser.get(link.url);
      assert.equal(opened.status, 303);
      assert.equal(opened.location, `${installation.origin}/invitation`);
      const page = await browser.get('/invitation');
      assert.equal(page.status, 200);
      assert.doesNotMatch(page.text, new RegExp(new URL(link.url).searchParams.get('token') ?? 'x'));
    }
    assert.ok(
      !installation.log.some((line) => line.includes(new URL(link.url).searchParams.get('token') ?? 'x')),
    );
  });

  it('W20 a link works once, also when answered twice at once', async () => {
    const { link = assert.fail() } = await installation.administration.people.invite({
      name: 'Carol',
      userName: 'carol',
    });
    const browsers = [fresh(), fresh(), fresh(), fresh()];
    const begun = await Promise.all(browsers.map((each) => beginByLink(each, link.url, { name: 'Carol' })));
    const done = await Promise.all(begun.map(({ finish }) => finish()));
    assert.equal(done.filter(({ status }) => status === 200).length, 1);
    const { passkeys } = await installation.administration.people.show({ user: 'carol' });
    assert.equal(passkeys.length, 1);
    assert.equal((await fresh().follow(link.url)).status, 410);
  });

  it('W20 a link ends with its time, also where its page is open', async () => {
    const { link = assert.fail() } = await installation.administration.people.invite({
      name: 'Dan',
      userName: 'dan',
    });
    const browser = fresh();
    const page = await browser.follow(link.url);
    const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
    const begun = await browser.post(urls.options, { name: 'Dan' });
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    mock.timers.tick(73 * hour);
    const { options } = json<{ options: never }>(begun);
    const late = await browser.post(urls.finish, { response: browser.authenticator.create(options) });
    assert.ok(late.status === 410 || late.status === 400, late.text);
    assert.equal((await browser.post(urls.options, { name: 'Dan' })).status, 410);
    assert.equal((await fresh().follow(link.url)).status, 410);
  });

  it('W20 a guessed, cut, foreign or monstrous token opens nothing', async () => {
    const { link = assert.fail() } = await installation.administration.people.invite({
      name: 'Finn',
      userName: 'finn',
    });
    const token = new URL(link.url).searchParams.get('token') ?? '';
    const tokens = [
      'a'.repeat(43),
      token.slice(0, -1),
      `${token}a`,
      token.toUpperCase(),
      'x',
      '',
      'a'.repeat(5000),
    ];
    tokens.push(
      `${token};`,
      `${token}\r\nSet-Cookie: a=b`,
      `${token}é`,
      `${token}\u0000`,
      '{"$gt":""}aaaaaaaaaaaaaaaa',
    );
    for (const path of ['setup', 'invitation', 'recovery'])
      for (const each of tokens) {
        const { status } = await fresh().follow(`/${path}?token=${encodeURIComponent(each)}`);
        assert.ok(status === 410 || status === 400, `${path} ${each.slice(0, 60)} ${status}`);
      }
    assert.ok((await fresh().get(`/setup?token=${token}&token=${token}`)).status === 400);
    for (const path of ['setup', 'recovery'])
      assert.equal((await fresh().follow(`/${path}?token=${token}`)).status, 410, 'a link of another kind');
  });

  it('W20 one link makes no passkey for another person', async () => {
    const { people } = installation.administration;
    const [{ link: gus = assert.fail() }, { link: hal = assert.fail() }] = await Promise.all([
      people.invite({ name: 'Gus', userName: 'gus' }),
      people.invite({ name: 'Hal', userName: 'hal' }),
    ]);
    const browser = fresh();
    const page = await browser.follow(gus.url);
    const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
    const { options } = json<{ options: never }>(
      await browser.post(urls.options, { name: 'Gus', userName: 'hal' }),
    );
    await browser.get(hal.url);
    const response = browser.authenticator.create(options);
    const done = await browser.post(urls.finish, { response });
    const shown = await Promise.all([people.show({ user: 'gus' }), people.show({ user: 'hal' })]);
    assert.equal(shown[1].passkeys.length, 0);
    assert.equal(shown[1].account.name, 'Hal');
    // Whose passkey it was, is who is signed in.
    if (done.status === 200) assert.match((await browser.get('/account')).text, /gus/);
  });

  it('a person who is disabled has no link any more', async () => {
    const { people } = installation.administration;
    const { link = assert.fail() } = await people.invite({ name: 'Ida', userName: 'ida' });
    await people.disable({ user: 'ida' });
    assert.equal((await fresh().follow(link.url)).status, 410);
  });

  it('an invited person corrects the name and nothing else', async () => {
    const { people } = installation.administration;
    const { link = assert.fail() } = await people.invite({
      name: 'Jon',
      userName: 'jon',
      email: 'jon@example.org',
    });
    const more = { userName: 'root', email: 'jon@evil.example', role: 'administrator', emailVerified: true };
    const done = await enrolByLink(fresh(), link.url, { name: 'John', ...more });
    assert.equal(done.status, 200, done.text);
    const { account } = await people.show({ user: 'jon' });
    assert.deepEqual(
      [account.name, account.userName, account.email, account.role, account.emailVerified],
      ['John', 'jon', 'jon@example.org', 'person', false],
    );
  });

  it('names of every length that is allowed survive the ceremony', async () => {
    const { people } = installation.administration;
    const profile = { userName: '\u4e00'.repeat(64), email: `${'é'.repeat(60)}@${'a'.repeat(60)}.example` };
    const { link = assert.fail() } = await people.invite({ name: 'Long', ...profile });
    const done = await enrolByLink(fresh(), link.url, { name: '\u{20000}'.repeat(100) });
    assert.equal(done.status, 200, done.text);
  });

  it('O12 a link signs in with a new session, and the one before is over', async () => {
    const { people } = installation.administration;
    const lost = await signInElsewhere(installation, ada);
    const thief = fresh();
    for (const [name, cookie] of lost.cookies) thief.cookies.set(name, cookie);
    const { link = assert.fail() } = await people.invite({ name: 'Kim', userName: 'kim' });
    const browser = { ...lost, authenticator: fresh().authenticator };
    assert.equal((await enrolByLink(browser, link.url, { name: 'Kim' })).status, 200);
    assert.match((await browser.get('/account')).text, /kim/);
    assert.equal((await thief.post('/account/sessions/end-others', {})).status, 401);
  });

  it('a recovery suspends the passkeys before, ends what they made, and counts for less until confirmed', async () => {
    const { people } = installation.administration;
    const lea = await addPerson(installation, { name: 'Lea', userName: 'lea' });
    await addPasskey(lea);
    const app = await addApp(installation);
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const before = await app.tokens(lea, offline);
    const { link = assert.fail() } = await people.recover({ user: 'lea' });
    assert.equal((await lea.get('/account')).status, 200, 'nothing ends before the link is used');
    const pending = { ...fresh(), authenticator: lea.authenticator };
    const location = await answerSignIn(pending, await pending.follow(app.authorizationUrl()));
    const anew = fresh();
    assert.equal((await enrolByLink(anew, link.url)).status, 200);
    assert.equal((await pending.get(location)).status, 400, 'a sign-in under way has ended as well');
    assert.equal((await lea.get('/account')).status, 303);
    assert.equal((await app.userInfo(before.access_token)).status, 401);
    assert.equal((await app.refresh(before.refresh_token)).status, 400);
    await assert.rejects(signInElsewhere(installation, lea), 'the old passkey is suspended');
    assert.equal(payloadOf((await app.tokens(anew)).id_token).acr, 'urn:latchkey:acr:unconfirmed');
    const insisting = JSON.stringify({ id_token: { acr: { essential: true, value: 'phr' } } });
    const refused = await app.answerOf(anew, { claims: insisting });
    assert.equal(refused.get('error'), 'unmet_authentication_requirements');
    const { passkeys } = await people.show({ user: 'lea' });
    const passkey = passkeys.find(({ status }) => status === 'active');
    await people.confirmPasskey({ user: 'lea', passkeyId: passkey?.id ?? '' });
    const { id_token } = await app.tokens(anew, { claims: insisting });
    assert.equal(payloadOf(id_token).acr, 'phr');
  });
});
