import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { addApp } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { send, withRole } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

/** How far ahead the clock of the server is. */
let ahead = 0;
const realNow = Date.now;
const minute = 60_000;

onEveryStorage('the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    mock.method(Date, 'now', () => realNow() + ahead);
    installation = await start({ LATCHKEY_SIGN_UP: 'invitation' });
    ada = await setUp(installation);
  });

  const idOf = async (user: string) => (await installation.administration.people.show({ user })).account.id;

  it('leads to what one may see first', async () => {
    const entered = await ada.follow('/console');
    assert.equal(entered.status, 200);
    assert.match(entered.text, /<h1[^>]*>Overview<\/h1>/);
    assert.match(entered.text, /Ada Lovelace/);
    assert.match(entered.text, /<svg role="img"/);
    assert.match(entered.text, /Start here/);
  });

  it('invites a person, with a link that is shown this once', async () => {
    const { attributes } = installation.administration;
    await attributes.add({ id: 'department', label: 'Department', type: 'string' });
    await attributes.add({ id: 'floor', label: 'Floor', type: 'number' });
    const { id: fleet } = await installation.administration.groups.add({ name: 'Fleet' });
    const invited = await send(ada, '/console/people/new', {
      name: 'Grace Hopper',
      userName: 'grace',
      role: 'person',
      groups: fleet,
      attributes: 'department = Research\nfloor = 3',
    });
    const [, link = ''] = /id="link"[^>]*>([^<]+)</.exec(invited.text) ?? [];
    assert.match(link, /\/invitation\?token=/);
    assert.match(invited.text, /<svg class="qr-code"/);
    assert.doesNotMatch((await ada.follow(invited.location)).text, /token=/);
    const { account } = await installation.administration.people.show({ user: 'grace' });
    assert.deepEqual(account.attributes, { department: 'Research', floor: 3 });
    assert.deepEqual([account.groups, account.revision], [[fleet], 1]);
    const taken = await ada.submit('/console/people/new', {
      name: 'Grace',
      userName: 'Grace',
      role: 'person',
    });
    assert.match(taken.text, /id="form-userName-problem">This user name is already taken/);
  });

  it('disables a person, whose sessions end at once, and enables them again', async () => {
    const alan = await addPerson(installation, { name: 'Alan Turing', userName: 'alan' });
    const id = await idOf('alan');
    const page = await ada.get(`/console/people/${id}`);
    assert.match(page.text, /One session ends/);
    const done = await send(ada, `/console/people/${id}/disable`, {});
    assert.match(done.text, /The account is disabled/);
    assert.match((await alan.get('/account')).location ?? '', /\/auth\?/);
    assert.match((await send(ada, `/console/people/${id}/enable`, {})).text, /The account is enabled/);
  });

  it('ends one session, and leads back to a page of the console only', async () => {
    const edsger = await addPerson(installation, { name: 'Edsger', userName: 'edsger' });
    const id = await idOf('edsger');
    const { items } = await installation.administration.sessions.list({ user: id });
    const fields = { person: id, uid: items[0]?.uid ?? '', back: 'https://evil.example/' };
    const done = await send(ada, '/console/sessions/end', fields);
    assert.equal(new URL(done.location).pathname, '/console/sessions');
    assert.match((await edsger.get('/account')).location ?? '', /\/auth\?/);
    const gone = await send(ada, '/console/sessions/end', { ...fields, back: `/console/people/${id}` });
    assert.match(gone.text, /There is nothing by this name or id/);
  });

  it('tells which passkey is behind a token', async () => {
    const app = await addApp(installation, { name: 'Traced' });
    const { access_token: value } = await app.tokens(ada);
    const { passkeys } = await installation.administration.people.show({ user: 'ada' });
    const traced = await ada.submit('/console/sessions/trace', { value });
    assert.equal(traced.status, 200);
    assert.ok(traced.text.includes(`/passkeys/${passkeys[0]?.id}"`));
    const passport = await ada.get(`/console/people/${await idOf('ada')}/passkeys/${passkeys[0]?.id}`);
    assert.match(passport.text, /Traced/);
    const unknown = await ada.submit('/console/sessions/trace', { value: 'nothing' });
    assert.match(unknown.text, /id="trace-value-problem">Nothing of that kind is there/);
  });

  it('deletes a person once their user name is typed', async () => {
    await addPerson(installation, { name: 'Former', userName: 'former' });
    const id = await idOf('former');
    const held = await ada.submit(`/console/people/${id}/export`, {});
    assert.match(held.headers.get('content-disposition') ?? '', /attachment; filename="former.json"/);
    assert.equal((JSON.parse(held.text) as { account: { id: string } }).account.id, id);
    const slip = await ada.submit(`/console/people/${id}/remove`, { userName: 'forme' });
    assert.match(slip.text, /This is not the user name/);
    const done = await send(ada, `/console/people/${id}/remove`, { userName: 'former' });
    assert.match(done.text, /The account of Former is deleted/);
    await assert.rejects(idOf('former'), { code: 'not_found' });
  });

  it('keeps the last administrator', async () => {
    const refused = await send(ada, `/console/people/${await idOf('ada')}/disable`, {});
    assert.match(refused.text, /only administrator with a passkey/);
  });

  it('puts a rule in force after it has said what would come of it', async () => {
    const locked = await ada.submit('/console/policies/installation', { deviceBound: 'on', act: 'check' });
    assert.match(locked.text, /people with a passkey would be turned away.*nobody could undo it/);
    const effectiveFrom = new Date(realNow() + 48 * 60 * minute).toISOString().slice(0, 10);
    const fields = { deviceBound: 'on', effectiveFrom, olderPasskeys: 'accept' };
    const checked = await ada.submit('/console/policies/installation', { ...fields, act: 'check' });
    assert.match(checked.text, /Nobody would be turned away/);
    const wrong = await ada.submit('/console/policies/installation', { leastPasskeys: '99', act: 'check' });
    assert.match(wrong.text, /id="form-leastPasskeys-problem">Must be at most 10/);
    const applied = await send(ada, '/console/policies/installation', { ...fields, act: 'apply' });
    assert.match(applied.text, /The rule is in force/);
    const { installation: rule } = await installation.administration.policy.show({});
    assert.deepEqual(rule, {
      ...{ deviceBound: true, olderPasskeys: 'accept' },
      effectiveFrom: `${effectiveFrom}T00:00:00.000Z`,
    });
    await send(ada, '/console/policies/installation', { act: 'apply' });
  });

  it('shows each role what it may see, and does what it may do', async () => {
    const support = await withRole(installation, 'helper', 'support');
    const auditor = await withRole(installation, 'reader', 'auditor');
    const people = await support.follow('/console');
    assert.doesNotMatch(people.text, /href="\/console\/apps"|href="\/console\/policies"/);
    assert.match(people.text, /href="\/console\/people\/new"/);
    assert.equal((await support.get('/console/apps')).status, 403);
    const admin = await idOf('ada');
    assert.doesNotMatch((await support.get(`/console/people/${admin}`)).text, /\/disable"/);
    assert.match(
      (await send(support, `/console/people/${admin}/disable`, {})).text,
      /Your role does not allow this/,
    );
    const read = await auditor.follow('/console');
    assert.doesNotMatch(read.text, /href="\/console\/people\/new"/);
    assert.match(
      (await send(auditor, `/console/people/${admin}/disable`, {})).text,
      /Your role does not allow this/,
    );
    assert.equal((await installation.administration.people.show({ user: 'ada' })).account.status, 'active');
  });

  it('lets nobody in without a role, and the administrator of one app to that app alone', async () => {
    const nobody = await withRole(installation, 'nobody', 'person');
    assert.equal((await nobody.get('/console')).status, 403);
    const [own, other] = [
      await addApp(installation, { name: 'Own' }),
      await addApp(installation, { name: 'Foreign' }),
    ];
    await installation.administration.people.update({ user: 'nobody', administers: [own.id] });
    const apps = await nobody.follow('/console');
    assert.match(apps.text, />Own</);
    assert.doesNotMatch(apps.text, />Foreign<|href="\/console\/people"/);
    assert.match((await nobody.get(`/console/apps/${own.id}`)).text, /\/edit"/);
    assert.equal((await nobody.get(`/console/apps/${other.id}`)).status, 403);
  });

  it('defines what is kept of people, says what is wrong beside the field, and takes it away', async () => {
    const fields = { id: 'badge', label: 'Badge', type: 'number' };
    const wrong = await ada.submit('/console/attributes', { ...fields, id: 'email' });
    assert.match(wrong.text, /a claim that standards give a meaning to/);
    assert.match((await send(ada, '/console/attributes', fields)).text, /People can have Badge now/);
    const removed = await send(ada, '/console/attributes/remove', { attribute: 'badge' });
    assert.doesNotMatch(removed.text, />badge</);
    const support = await withRole(installation, 'attributes', 'support');
    assert.doesNotMatch(
      (await support.get('/console/attributes')).text,
      /<form[^>]*action="\/console\/attributes"/,
    );
    await support.submit('/console/attributes', fields);
    const { items } = await installation.administration.attributes.list({});
    assert.ok(!items.some(({ id }) => id === fields.id));
  });

  it('shows keys and settings without what is secret, and lets the doctor look', async () => {
    assert.match((await ada.get('/console/keys')).text, /badge good">Signs now/);
    const system = await ada.get('/console/system');
    assert.match(system.text, /LATCHKEY_ISSUER/);
    assert.ok(!system.text.includes('badge good'));
    const examined = await ada.get('/console/system?examine=now');
    assert.match(examined.text, /badge good">Fine/);
    const { secret } = installation.config;
    for (const { text } of [system, examined]) assert.ok(secret === undefined || !text.includes(secret));
  });

  it('lets a second person approve a recovery, and hands its link to who asked, once', async () => {
    const sam = await withRole(installation, 'sam', 'support');
    await addPerson(installation, { name: 'Lost Person', userName: 'lost' });
    const id = await idOf('lost');
    const asked = await send(sam, `/console/people/${id}/recover`, {});
    assert.equal(new URL(asked.location, installation.origin).pathname, '/console/approvals');
    assert.match(asked.text, /Waits for a second person/);
    assert.doesNotMatch(asked.text, /\/approve"/);
    const [, path = ''] = /action="([^"]+)\/approve"/.exec((await ada.get('/console/approvals')).text) ?? [];
    const approved = await send(ada, `${path}/approve`, {});
    assert.match(approved.text, /badge good">Approved/);
    assert.doesNotMatch(approved.text, /\/link"/);
    const given = await send(sam, `${path}/link`, {});
    assert.match(given.text, /\/recovery\?token=/);
    const again = await send(sam, `${path}/link`, {});
    assert.doesNotMatch(again.text, /token=/);
  });

  it('shows what happened, by person and type, follows it, and exports it', async () => {
    const id = await idOf('ada');
    const listed = await ada.get('/console/audit?person=ada&type=session.ended');
    assert.doesNotMatch(listed.text, /<summary><span>Signed in/);
    const all = await ada.get('/console/audit');
    assert.match(all.text, /Passkey registered/);
    assert.match(all.text, new RegExp(`/console/people/${id}"><bdi>Ada Lovelace`));
    const newest = pageData<{ live: { newest: string } }>(all).live.newest;
    await send(ada, '/console/groups/new', { name: 'Watched' });
    for (const end = realNow() + 10_000; ; await delay(200)) {
      const { rows } = JSON.parse((await ada.get(`/console/audit/live?newest=${newest}`)).text) as {
        rows: string;
      };
      if (rows.includes('Group made')) break;
      assert.ok(realNow() < end, rows);
    }
    const exported = await ada.get('/console/audit/export?type=group.added');
    const lines = exported.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    assert.ok(lines.length > 0 && lines.every(({ type }) => type === 'group.added'));
  });

  it('names in its filters who and what they are about, and finds an app by its name', async () => {
    const app = await addApp(installation, { name: 'Long Distance' });
    await app.tokens(ada);
    const { account, passkeys } = await installation.administration.people.show({ user: 'ada' });
    const [{ id = '', name = '' } = {}] = passkeys;
    const audit = await ada.get(`/console/audit?person=${account.id}&app=${app.id}`);
    assert.match(audit.text, /name="person"[^>]* value="ada"/);
    assert.match(audit.text, /name="app"[^>]* value="Long Distance"/);
    assert.match(audit.text, /Long Distance<\/bdi>/);
    const sessions = await ada.get('/console/sessions?app=long%20dist');
    assert.match(sessions.text, /name="app"[^>]* value="Long Distance"/);
    assert.match(sessions.text, /<bdi>Ada Lovelace/);
    const signed = await ada.get(`/console/sessions?passkey=${id}`);
    assert.match(signed.text, /name="person"[^>]* value="ada"/);
    assert.ok(signed.text.includes(`<bdi>${name}</bdi></a> of <a`), name);
    const unknown = await ada.get('/console/sessions?app=nothing');
    assert.match(unknown.text, /id="filter-app-problem">There is nothing/);
  });

  it('refuses a form that another site sends', async () => {
    const id = await idOf('grace');
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const refused = await ada.submit(`/console/people/${id}/disable`, {}, headers);
    assert.equal(refused.status, 403);
    assert.equal((await installation.administration.people.show({ user: id })).account.status, 'active');
  });

  it('asks for a passkey that was used within 15 minutes, and leads back to where one was', async () => {
    const visitor = createBrowser(installation.origin, { of: ada });
    ahead = 16 * minute;
    try {
      const asked = await visitor.get('/console/people?search=gr');
      const request = new URL(asked.location ?? '');
      assert.equal(request.pathname, '/auth');
      assert.equal(request.searchParams.get('max_age'), '840');
      const sent = await visitor.submit('/console/groups/new', { name: 'Editors' });
      assert.match(sent.location ?? '', /\/auth\?.*state=%2Fconsole%2Fgroups/);
      const page = await visitor.follow(request.href);
      const back = await visitor.follow(await answerSignIn(visitor, page));
      assert.equal(back.status, 200);
      assert.match(back.text, /<h1[^>]*>People<\/h1>/);
      assert.match(back.text, /value="gr"/);
    } finally {
      ahead = 0;
    }
  });

  it('leads nowhere else after a sign-in', async () => {
    for (const state of [
      'https://evil.example/',
      '//evil.example/',
      '/console/..//evil.example',
      '/account',
    ]) {
      const entered = await ada.get(`/console?state=${encodeURIComponent(state)}`);
      assert.equal(new URL(entered.location ?? '').href, `${installation.origin}/console/overview`);
    }
  });
});
