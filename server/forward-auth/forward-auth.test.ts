import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addSite, createSiteVisitor, location, scriptHeaders, trustedHere } from '../testing/site.ts';

const wiki = 'https://wiki.example.com';
const wall = 'https://wall.example.com';
const plainNames = ['remote-user', 'remote-name', 'remote-email', 'remote-groups'] as const;

onEveryStorage('a site behind a gateway', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let bob: TestBrowser;
  const jwks = () => createRemoteJWKSet(new URL(`${installation.origin}/jwks`));
  const claimsOf = async (answer: Response, audience = wiki): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(answer.headers.get('latchkey-assertion') ?? '', jwks(), {
      ...{ issuer: installation.origin, audience, algorithms: ['ES256'], typ: 'latchkey-assertion+jwt' },
    });
    return payload;
  };
  const plain = (answer: Response) => plainNames.map((name) => answer.headers.get(name));

  /** The answer does not wait for it. */
  async function writtenDown() {
    for (const end = Date.now() + 5000; Date.now() < end; await delay(20)) {
      const events = await installation.storage.auditEvents.listByType('token.issued', { limit: 20 });
      const event = events.find(({ details }) => details?.grantType === 'forward_auth');
      if (event) return event;
    }
    return assert.fail('nothing was written down');
  }

  before(async () => {
    installation = await start(trustedHere);
    const { groups } = installation.administration;
    ada = await setUp(installation);
    bob = await addPerson(installation, { name: 'Bób Żółw', userName: 'bob', email: 'bob@example.org' });
    for (const name of ['Editors, 100%', 'Readers']) await groups.add({ name });
    await groups.addMember({ group: 'Editors, 100%', user: 'ada' });
    for (const user of ['ada', 'bob']) await groups.addMember({ group: 'Readers', user });
    await addSite(installation, { origins: [wiki, wall] });
  });

  it('sends a browser to sign in, and tells the site who came', async () => {
    const visitor = createSiteVisitor(ada);
    const page = `${wiki}/some/page?x=1&y=%20//z`;
    assert.equal(await visitor.signIn(page), page);
    const answer = await visitor.asked(page);
    assert.equal(answer.status, 204);
    const { sub, iat = 0, exp = 0, ...claims } = await claimsOf(answer);
    assert.equal(exp - iat, 60);
    assert.equal(sub, (await installation.administration.people.show({ user: 'ada' })).account.sub);
    assert.equal(claims.preferred_username, 'ada');
    assert.equal(claims.email, 'ada@example.org');
    assert.deepEqual([...(claims.groups as string[])].sort(), ['Editors, 100%', 'Readers']);
    assert.equal(claims.acr, 'phr');
    assert.ok(claims.sid && claims.auth_time && claims.amr);
    assert.deepEqual(plain(answer), ['', '', '', '']);
    const { accountId, signInId } = await writtenDown();
    assert.ok(accountId && signInId);
  });

  it('is signed in to each of its hosts by itself, and asked nothing again', async () => {
    const visitor = createSiteVisitor(ada);
    await visitor.signIn(`${wiki}/`);
    assert.equal((await visitor.asked({ url: `${wall}/`, headers: scriptHeaders })).status, 401);
    const back = await visitor.toCallback(`${wall}/`);
    assert.ok(back.startsWith(`${wall}/.latchkey/callback?`));
    assert.equal(location(await visitor.own(back)), `${wall}/`);
    assert.equal((await claimsOf(await visitor.asked(`${wall}/`), wall)).aud, wall);
  });

  it('keeps an opaque cookie on the one host, and no more of it than a hash', async () => {
    const visitor = createSiteVisitor(ada);
    const back = await visitor.own(await visitor.toCallback(`${wiki}/`));
    const [line = ''] = back.headers.getSetCookie();
    assert.match(line, /^__Host-latchkey=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    const [, value = ''] = /=([^;]+)/.exec(line) ?? [];
    assert.equal(await installation.storage.artifacts.find(value), undefined);
    assert.ok(!installation.log.some((each) => each.includes(value)));
  });

  it('tells scripts and forms that nobody is signed in, and sends them nowhere', async () => {
    const visitor = createSiteVisitor(ada);
    for (const about of [
      { url: `${wiki}/api`, headers: scriptHeaders },
      { url: `${wiki}/form`, method: 'POST' },
      { url: `${wiki}/form`, method: 'HEAD' },
      { url: `${wiki}/old`, headers: { accept: 'application/json', 'sec-fetch-mode': '' } },
    ]) {
      const answer = await visitor.asked(about);
      assert.equal(answer.status, 401, JSON.stringify(about));
      assert.equal(answer.headers.get('location'), null);
    }
    const old = await visitor.asked({ url: `${wiki}/old`, headers: { 'sec-fetch-mode': '' } });
    assert.equal(old.status, 302);
  });

  it('answers nginx, which takes no redirect, by X-Original-URL', async () => {
    const visitor = createSiteVisitor(ada);
    const url = `${wiki}/some/page?x=1`;
    const headers = { 'x-original-url': url, 'x-original-method': 'GET' };
    const ask = () => visitor.own(`${wiki}/forward-auth/auth-request`, headers);
    assert.equal((await ask()).status, 401);
    await visitor.signIn(url);
    const answer = await ask();
    assert.equal(answer.status, 204);
    assert.equal((await claimsOf(answer)).aud, wiki);
  });

  it('writes plain headers where an app wants them, as UTF-8, and the unverified address in none', async () => {
    const origin = 'https://old.example.com';
    await addSite(installation, { forwardAuth: { origins: [origin], remoteUser: 'userName' } });
    const utf8 = (text: string | null) => Buffer.from(text ?? '', 'latin1').toString();
    const visitor = createSiteVisitor(bob);
    await visitor.signIn(`${origin}/`);
    const answer = await visitor.asked(`${origin}/`);
    assert.deepEqual(plain(answer).map(utf8), ['bob', 'Bób Żółw', '', 'Readers']);
    await installation.administration.people.update({ user: 'bob', emailVerified: true });
    const again = plain(await visitor.asked(`${origin}/`));
    assert.equal(again[2], 'bob@example.org');
    const other = createSiteVisitor(ada);
    await other.signIn(`${origin}/`);
    const groups = plain(await other.asked(`${origin}/`)).at(-1) ?? '';
    assert.deepEqual(groups.split(',').sort(), ['Editors%2C 100%25', 'Readers']);
    const bySub = 'https://by-sub.example.com';
    await addSite(installation, { forwardAuth: { origins: [bySub], remoteUser: 'sub' } });
    await visitor.signIn(`${bySub}/`);
    const { account } = await installation.administration.people.show({ user: 'bob' });
    assert.equal(plain(await visitor.asked(`${bySub}/`))[0], account.sub);
  });

  it('tells no more than its scopes cover, and reads nothing of a person for a site that is told nothing', async () => {
    const origin = 'https://bare.example.com';
    await addSite(installation, {
      forwardAuth: { origins: [origin], remoteUser: 'userName' },
      scopes: ['openid'],
    });
    const visitor = createSiteVisitor(bob);
    await visitor.signIn(`${origin}/`);
    const answer = await visitor.asked(`${origin}/`);
    const { iss, aud, exp, iat, sub, sid, acr, amr, auth_time, ...more } = await claimsOf(answer, origin);
    assert.deepEqual(more, {});
    assert.deepEqual(plain(answer), ['', '', '', '']);
  });

  it('is for its groups alone, from one request to the next', async () => {
    const origin = 'https://readers.example.com';
    const { groups } = installation.administration;
    const { id: group } = await groups.show({ group: 'Readers' });
    await addSite(installation, { origins: [origin], allowedGroups: [group] });
    const visitor = createSiteVisitor(bob);
    await visitor.signIn(`${origin}/`);
    assert.equal((await visitor.asked(`${origin}/`)).status, 204);
    await groups.removeMember({ group, user: 'bob' });
    const refused = await visitor.asked(`${origin}/`);
    assert.equal(refused.status, 403);
    const text = await refused.text();
    assert.match(text, /app_not_allowed/);
    const [, stylesheet = ''] = /href="(\/[^"]+\.css)"/.exec(text) ?? [];
    assert.equal((await visitor.own(origin + stylesheet)).status, 200);
    assert.equal((await visitor.asked({ url: `${origin}/`, headers: scriptHeaders })).status, 403);
    await groups.addMember({ group, user: 'bob' });
    assert.equal((await visitor.asked(`${origin}/`)).status, 204);
  });

  it('leads to the sign-out of the issuer, where somebody is asked first', async () => {
    const visitor = createSiteVisitor(ada);
    await visitor.signIn(`${wiki}/`);
    const out = new URL(location(await visitor.own(`${wiki}/.latchkey/sign-out`)));
    assert.equal(out.origin + out.pathname, `${installation.origin}/session/end`);
    assert.equal((await visitor.asked(`${wiki}/`)).status, 204);
  });
});
