import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, authorize, setUp } from '../testing/journeys.ts';
import { onEveryStorage, onSqlite } from '../testing/on-every-storage.ts';
import {
  addSite,
  createSiteVisitor,
  location,
  type SiteVisitor,
  scriptHeaders,
  trustedHere,
} from '../testing/site.ts';

const wiki = 'https://wiki.example.com';
const wall = 'https://wall.example.com';
const open = 'https://open.example.com';
const cookieName = '__Host-latchkey';

onEveryStorage('attacks on a site behind a gateway', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let eve: TestBrowser;
  let appId: string;
  let visitor: SiteVisitor;

  before(async () => {
    installation = await start(trustedHere);
    ada = await setUp(installation);
    eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    appId = (await addSite(installation, { origins: [wiki], consent: 'implicit' })).id;
    await addSite(installation, { origins: [wall], consent: 'implicit' });
    const openPaths = ['/health', '/public/'];
    await addSite(installation, { forwardAuth: { origins: [open], openPaths } });
    visitor = createSiteVisitor(ada);
    await visitor.signIn(`${wiki}/`);
  });

  const isOut = async (who: SiteVisitor, url = `${wiki}/`) => {
    const answer = await who.asked({ url, headers: scriptHeaders });
    assert.equal(answer.headers.get('latchkey-assertion'), null);
    return answer.status === 401;
  };

  it('O2 O17 goes on at the site alone, whatever was asked for', async () => {
    const to = async (uri: string) => location(await visitor.own(`${wiki}/.latchkey/sign-in?${uri}`));
    for (const uri of [
      '//evil.example/x',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example/',
      '@evil.example/',
      '.evil.example/',
      ':8443/',
      'javascript:alert(1)',
      '/.latchkey/sign-in?/',
      `/${'x'.repeat(2000)}`,
      '',
    ]) {
      const back = await authorize(ada, await to(uri));
      assert.equal(location(await visitor.own(back.href)), `${wiki}/`, uri);
    }
    const kept = '/a%0d%0aSet-Cookie:%20x=1?to=https://evil.example/&x=//';
    const back = await authorize(ada, await to(kept));
    assert.equal(location(await visitor.own(back.href)), wiki + kept);
    const asked = await visitor.asked({ url: `${wall}//evil.example/x` });
    assert.equal(location(asked), `${wall}/.latchkey/sign-in?/`);
  });

  it('O17 believes no host but those that are registered, and none that is said twice', async () => {
    const ask = (headers: Record<string, string | string[]>) =>
      visitor.own(`${wiki}/forward-auth`, {
        'x-forwarded-method': 'GET',
        'x-forwarded-uri': '/',
        ...headers,
      });
    assert.equal((await ask({})).status, 204);
    for (const [proto, host] of [
      ['http', 'wiki.example.com'],
      ['https', 'wiki.example.com:8443'],
      ['https', 'wiki.example.com.'],
      ['https', 'evil.example'],
      ['https', 'x.wiki.example.com'],
      ['https', 'wiki.example.com@evil.example'],
      ['https', 'evil.example@wiki.example.com'],
      ['https', 'evil.example, wiki.example.com'],
      ['https', 'wiki.example.com/x'],
      ['https', 'wiki.example.com\\x'],
      ['https', ''],
      ['https, http', 'wiki.example.com'],
      ['javascript', 'wiki.example.com'],
    ] as const) {
      const answer = await ask({ 'x-forwarded-proto': proto, 'x-forwarded-host': host });
      assert.ok([400, 403].includes(answer.status), `${proto}://${host}: ${answer.status}`);
      assert.equal(answer.headers.get('latchkey-assertion'), null);
    }
    for (const name of ['x-forwarded-uri', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-method'])
      assert.equal((await ask({ [name]: ['/', '/'] })).status, 400, name);
    assert.equal((await ask({ 'x-forwarded-uri': 'https://wiki.example.com/' })).status, 400);
    assert.equal((await ask({ 'x-forwarded-host': 'WIKI.example.com:443' })).status, 204);
  });

  it('leaves open what is open, and nothing that could be read as something else', async () => {
    const stranger = createSiteVisitor(eve);
    for (const path of ['/health', '/health?x=/../', '/public/', '/public/a/b.css?v=%2e%2e/']) {
      const answer = await stranger.asked({ url: open + path, headers: scriptHeaders, method: 'POST' });
      assert.equal(answer.status, 204, path);
      for (const name of [
        'latchkey-assertion',
        'remote-user',
        'remote-groups',
        'remote-email',
        'remote-name',
      ])
        assert.equal(answer.headers.get(name), '', `${name} is overwritten`);
    }
    for (const path of [
      '/',
      '/healthy',
      '/health/',
      '/public',
      '/publicity',
      '/public/../secret',
      '/public/./x',
      '/public/..',
      '/public//secret',
      '//public/x',
      '/public/%2e%2e/secret',
      '/public/..%2fsecret',
      '/public/..;/secret',
      '/public/x;/../../secret',
      '/public\\..\\secret',
      '/PUBLIC/x',
      '/public/x%00',
      '/public/x#/../secret',
    ]) {
      const answer = await stranger.asked({ url: open + path, headers: scriptHeaders });
      assert.equal(answer.status, 401, path);
    }
    const url = `${open}/secret`;
    const lies = {
      'x-original-url': `${open}/health`,
      'x-original-method': 'GET',
      'x-rewrite-url': '/health',
    };
    assert.ok(await isOut(stranger, url));
    assert.equal((await stranger.asked({ url, headers: { ...scriptHeaders, ...lies } })).status, 401);
  });

  it('O13 lets nobody in by a cookie that is cut, made up, doubled, or of another host', async () => {
    const cookie = visitor.jar.get(wiki)?.get(cookieName) ?? '';
    const ask = (line: string, url = `${wiki}/`) =>
      createSiteVisitor(eve).asked({ url, headers: { ...scriptHeaders, cookie: line } });
    assert.equal((await ask(`a=b; ${cookieName}=${cookie}`)).status, 204);
    for (const line of [
      `${cookieName}=${cookie.slice(1)}`,
      `${cookieName}=${cookie}x`,
      `${cookieName}=${'A'.repeat(43)}`,
      `${cookieName}=${cookie}; ${cookieName}=${'A'.repeat(43)}`,
      `${cookieName}=${'x'.repeat(8000)}`,
      `${cookieName}="${cookie}"`,
      `latchkey=${cookie}`,
      `${cookieName}=`,
    ])
      assert.equal((await ask(line)).status, 401, line.slice(0, 60));
    assert.equal((await ask(`${cookieName}=${cookie}`, `${wall}/`)).status, 401);
  });

  it('W18 O11 signs no browser in that did not begin it', async () => {
    const attacker = createSiteVisitor(eve);
    const victim = createSiteVisitor(ada);
    const theirs = await attacker.toCallback(`${wiki}/`);
    for (const own of [false, true]) {
      if (own) await victim.own(`${wiki}/.latchkey/sign-in?/`);
      const refused = await victim.own(theirs);
      assert.equal(refused.status, 400);
      assert.deepEqual(refused.headers.getSetCookie(), []);
    }
    const mixed = new URL(theirs);
    const state = new URL(location(await victim.own(`${wiki}/.latchkey/sign-in?/`))).searchParams.get(
      'state',
    );
    mixed.searchParams.set('state', state ?? '');
    assert.equal((await victim.own(mixed.href)).status, 400, 'a code of one browser, a state of another');
    assert.equal((await attacker.own(theirs)).status, 303, 'nothing of it was used up');
  });

  it('O5 takes a code once, at the host that it is for, within its minute', async () => {
    const back = await visitor.toCallback(`${wiki}/page?renew`).catch(() => undefined);
    assert.equal(back, undefined, 'whoever is signed in is sent nowhere');
    const fresh = createSiteVisitor(ada);
    const callback = await fresh.toCallback(`${wiki}/`);
    const elsewhere = callback.replace(wiki, wall);
    assert.equal((await fresh.own(elsewhere)).status, 400);
    await fresh.own(`${wall}/.latchkey/sign-in?/`);
    const { searchParams } = new URL(location(await fresh.own(`${wall}/.latchkey/sign-in?/`)));
    const swapped = new URL(elsewhere);
    swapped.searchParams.set('state', searchParams.get('state') ?? '');
    assert.equal((await fresh.own(swapped.href)).status, 400);
    const wrongIssuer = new URL(callback);
    wrongIssuer.searchParams.set('iss', 'https://evil.example');
    assert.equal((await fresh.own(wrongIssuer.href)).status, 400);
    assert.equal((await fresh.own(callback)).status, 303);
    assert.equal((await fresh.own(callback)).status, 400);
    assert.equal((await fresh.asked(`${wiki}/`)).status, 204, 'the one that came first goes on');
    const late = await fresh.toCallback(`${wall}/`);
    await expireCode(late);
    assert.equal((await fresh.own(late)).status, 400);
  });

  async function expireCode(callback: string): Promise<void> {
    const { artifacts } = installation.storage;
    const code = new URL(callback).searchParams.get('code') ?? '';
    const stored = await artifacts.find(installation.secret.hash('artifact AuthorizationCode', code));
    assert.ok(stored?.expiresAt);
    assert.ok(stored.expiresAt <= Date.now() + 60_000);
    await artifacts.upsert({ ...stored, expiresAt: Date.now() - 1 });
  }

  it('F18 of 8 at once exactly one gets in, 12 times', async () => {
    for (let round = 0; round < 12; round++) {
      const fresh = createSiteVisitor(ada);
      const callback = await fresh.toCallback(`${wiki}/`);
      const answers = await Promise.all(Array.from({ length: 8 }, () => fresh.own(callback)));
      const won = answers.filter(({ status }) => status === 303);
      assert.equal(won.length, 1, answers.map(({ status }) => status).join(' '));
      assert.equal((await fresh.asked(`${wiki}/`)).status, 204);
    }
  });

  it('lets nobody redeem the code of a site, or use its assertion for anything else', async () => {
    const fresh = createSiteVisitor(ada);
    const callback = new URL(await fresh.toCallback(`${wiki}/`));
    const fields = {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: `${wiki}/.latchkey/callback`,
      code_verifier: 'x'.repeat(43),
    };
    const post = (more: object, headers = {}) =>
      fetch(`${installation.origin}/token`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ ...fields, ...more }),
      });
    assert.equal((await post({ client_id: appId })).status, 401);
    assert.equal((await post({ client_id: appId, client_secret: '' })).status, 401);
    const basic = `Basic ${Buffer.from(`${appId}:x`).toString('base64')}`;
    assert.equal((await post({}, { authorization: basic })).status, 401);
    assert.equal((await fresh.own(callback.href)).status, 303);
    const assertion = (await fresh.asked(`${wiki}/`)).headers.get('latchkey-assertion');
    for (const path of ['/me', '/api/v1/people']) {
      const answer = await fetch(installation.origin + path, {
        headers: { authorization: `Bearer ${assertion}` },
      });
      assert.equal(answer.status, 401, path);
    }
    const hint = `${installation.origin}/auth?client_id=${appId}&prompt=none&id_token_hint=${assertion}&scope=openid&response_type=code&redirect_uri=${encodeURIComponent(fields.redirect_uri)}&code_challenge=${'x'.repeat(43)}&code_challenge_method=S256`;
    assert.match((await ada.get(hint)).location ?? '', /error=/);
  });

  it('O11 answers a sign-out, a sign-in and a question to reading requests alone', async () => {
    for (const path of ['/forward-auth', '/.latchkey/sign-out', '/.latchkey/callback']) {
      const answer = await fetch(installation.origin + path, { method: 'POST' });
      assert.ok([403, 405].includes(answer.status), `${path}: ${answer.status}`);
    }
  });
});

onSqlite('a gateway that nobody trusts', (start) => {
  it('O17 is answered nothing, whatever it says', async () => {
    const installation = await start();
    const ada = await setUp(installation);
    await addSite(installation, { forwardAuth: { origins: [wiki], openPaths: ['/health'] } });
    const visitor = createSiteVisitor(ada);
    assert.equal((await visitor.asked(`${wiki}/health`)).status, 403);
    for (const path of ['/forward-auth/auth-request', '/.latchkey/sign-in?/', '/.latchkey/callback?code=x'])
      assert.equal((await visitor.own(wiki + path)).status, 403, path);
  });
});
