import assert from 'node:assert/strict';
import { afterEach, before, it } from 'node:test';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { sendRaw } from '../testing/http-fixture.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, type SignInPageData, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('malformed requests', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;
  const prototype = Object.getOwnPropertyNames(Object.prototype).toSorted();

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
  });
  afterEach(() => {
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).toSorted(), prototype);
    assert.ok(
      !installation.log.some((line) => /"level":(50|60|"error"|"fatal")/.test(line)),
      errors().join('\n'),
    );
  });
  const errors = () => installation.log.filter((line) => /"level":(50|60|"error"|"fatal")/.test(line));

  async function raw(path: string, init: RequestInit & { duplex?: 'half' }) {
    const headers = { 'sec-fetch-site': 'same-origin', ...(init.headers as Record<string, string>) };
    const response = await fetch(`${installation.origin}${path}`, { redirect: 'manual', ...init, headers });
    return { status: response.status, text: await response.text() };
  }
  const jsonType = { 'content-type': 'application/json' };
  const formType = { 'content-type': 'application/x-www-form-urlencoded' };

  it('O18 pollute no prototype: JSON, form, query, claims', async () => {
    const polluting = '{"__proto__":{"role":"administrator"},"constructor":{"prototype":{"x":1}}}';
    const stranger = createBrowser(installation.origin);
    const { urls } = pageData<SignInPageData>(await stranger.follow(app.authorizationUrl()));
    for (const path of ['/account/profile', '/account/confirm/options', '/setup/options', urls.login]) {
      const cookie = [...browser.cookies, ...stranger.cookies]
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
      const { status } = await raw(path, {
        method: 'POST',
        headers: { ...jsonType, cookie },
        body: polluting,
      });
      assert.ok(status >= 400 && status < 500, `${path} ${status}`);
    }
    for (const body of [
      '__proto__[x]=1',
      'constructor[prototype][x]=1',
      '__proto__.x=1',
      '__proto__=1&constructor=2',
    ]) {
      assert.ok((await raw('/token', { method: 'POST', headers: formType, body })).status < 500);
      assert.ok((await raw(`/auth?${body}`, {})).status < 500);
    }
    for (const claims of [`{"id_token":${polluting}}`, `{"userinfo":{"__proto__":null}}`, polluting])
      assert.ok((await browser.get(app.authorizationUrl({ claims, prompt: 'none' }))).status < 500);
    assert.equal(({} as Record<string, unknown>).role, undefined);
  });

  it('O19 ask the storage nothing but by strings', async () => {
    const injected: unknown[] = [
      { $gt: '' },
      { $ne: null },
      ['x'],
      1,
      true,
      null,
      { $where: 'sleep(1)' },
      { toString: 'x' },
    ];
    const stranger = createBrowser(installation.origin);
    const { urls } = pageData<SignInPageData>(await stranger.follow(app.authorizationUrl()));
    for (const value of injected) {
      for (const [path, body] of [
        ['/account/sessions/end', { uid: value }],
        ['/account/apps/disconnect', { appId: value }],
        ['/account/passkeys/remove', { passkeyId: value, proof: 'x' }],
        ['/account/passkeys/rename', { passkeyId: 'x', name: value, proof: value }],
        ['/account/passkeys/options', { proof: value }],
        ['/account/profile', { name: value, email: value }],
        ['/account/confirm/options', { purpose: value }],
      ] as const) {
        const { status } = await browser.post(path, body);
        assert.equal(status, 400, `${path} ${JSON.stringify(body)}`);
      }
      for (const response of [value, { id: value, rawId: value, type: 'public-key', response: value }])
        assert.equal((await stranger.post(urls.login, { response })).status, 400);
    }
    for (const body of [
      'code[$ne]=x&grant_type=authorization_code',
      'code[]=x',
      'client_id[$gt]=',
      'token[$regex]=.*',
    ])
      for (const path of ['/token', '/token/introspection', '/token/revocation']) {
        const { status } = await raw(path, { method: 'POST', headers: formType, body });
        assert.ok(status === 400 || status === 401, `${path} ${body} ${status}`);
      }
    for (const id of ['{"$gt":""}', '$where', 'a.b', '../demo', "' OR 1=1", '\u0000', 'a'.repeat(3000)]) {
      const answer = await browser.get(app.authorizationUrl({ client_id: id }));
      assert.equal(answer.location, undefined);
      assert.equal(answer.status, 400, id.slice(0, 20));
    }
  });

  it('O20 with a parameter twice are refused', async () => {
    for (const name of ['client_id', 'redirect_uri', 'scope', 'state', 'code_challenge', 'prompt', 'nonce']) {
      const { location, status } = await browser.get(
        `${app.authorizationUrl({ nonce: 'n', prompt: 'none' })}&${name}=x`,
      );
      const error = location && new URL(location).searchParams.get('error');
      assert.ok(status === 400 || error === 'invalid_request', `${name} ${location}`);
      assert.equal(location?.includes('code='), location ? false : undefined);
    }
    const code = await app.code(browser);
    const body = `grant_type=authorization_code&code=${code}&code=${code}&client_id=${app.id}`;
    assert.equal((await raw('/token', { method: 'POST', headers: formType, body })).status, 400);
  });

  it('O20 with very many parameters, a long address, or broken encoding are refused or ignored', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => `p${n}=1`).join('&');
    assert.ok((await raw('/token', { method: 'POST', headers: formType, body: many })).status < 500);
    assert.equal((await raw(`/auth?${'x'.repeat(100_000)}`, {})).status, 431);
    for (const path of [
      '/%',
      '/%zz',
      '/account/%00',
      '/auth?state=%',
      '/auth?%00=%00',
      '/interaction/%2e%2e/login',
      '/\u0000',
    ])
      assert.ok((await raw(path, {})).status < 500, path);
    assert.equal((await raw('/%00', {})).status, 400);
  });

  it('O20 with a body too large, endless, of another type or charset are refused', async () => {
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const post = (headers: Record<string, string>, body: string | Buffer) =>
      raw('/account/profile', { method: 'POST', headers: { cookie, ...headers }, body: body as never });
    assert.equal((await post(jsonType, JSON.stringify({ name: 'x'.repeat(100_000) }))).status, 413);
    assert.equal((await post({ 'content-type': 'text/plain' }, '{"name":"x"}')).status, 415);
    assert.equal(
      (await post({ 'content-type': 'application/json; charset=utf-7' }, '{"name":"x"}')).status,
      415,
    );
    assert.equal((await post({ ...jsonType, 'content-encoding': 'gzip' }, '{"name":"x"}')).status, 415);
    assert.equal((await post(formType, 'name=x')).status, 415);
    for (const body of ['', '{', '[]', '"x"', 'null', '{"name":"x"', `${'['.repeat(30_000)}`])
      assert.equal((await post(jsonType, body)).status, 400, body.slice(0, 20));
    const form = { method: 'POST', headers: formType, body: `x=${'x'.repeat(200_000)}` };
    assert.ok([400, 413].includes((await raw('/token', form)).status));
    const type = { method: 'POST', headers: jsonType, body: '{}' };
    assert.ok([400, 415].includes((await raw('/token', type)).status));
    const utf7 = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' };
    assert.ok(
      [400, 415].includes(
        (await raw('/token', { method: 'POST', headers: utf7, body: 'grant_type=x' })).status,
      ),
    );
  });

  it('O20 that never end their chunks are cut when they are too large', async () => {
    const { port, host } = new URL(installation.origin);
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const head = [
      'POST /account/profile HTTP/1.1',
      `Host: ${host}`,
      'Sec-Fetch-Site: same-origin',
      'Content-Type: application/json',
      `Cookie: ${[...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')}`,
      'Transfer-Encoding: chunked',
      '',
      '',
    ].join('\r\n');
    assert.match(await sendRaw(Number(port), head + chunk.repeat(4)), /^HTTP\/1\.1 413/);
  });

  it('O20 with long or odd cookies get an ordinary answer', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const values = ['x', 'a.b', '%00', '"', 'x'.repeat(8000), 'session', '=;=', '__proto__'];
    for (const value of values) {
      const headers = {
        cookie: `session=${value}; session.sig=x; interaction=x; latchkey_browser=x`,
      };
      const { status } = await raw('/account', { headers });
      assert.equal(status, 303, value.slice(0, 20));
    }
    const session = eve.cookies.get('session')?.value ?? '';
    const signature = eve.cookies.get('session.sig')?.value ?? '';
    const signedIn = async (cookie: string) =>
      (await raw('/account', { headers: { cookie } })).status === 200;
    assert.ok(await signedIn(`session=${session}; session.sig=${signature}`));
    for (const cookie of [
      `session=${session}`,
      `session=${session}; session.sig=`,
      `session=${session}; session.sig=${signature.slice(0, -1)}`,
      `session=${session.slice(0, -1)}; session.sig=${signature}`,
      `session=x; session.sig=x; session=${session}`,
    ])
      assert.ok(!(await signedIn(cookie)), `O13 ${cookie.slice(0, 30)}`);
  });
});
