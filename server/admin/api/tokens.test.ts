import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { apiResource, apiScopes } from '../../apps/api-scopes.ts';
import { type AppUnderTest, addApp } from '../../testing/app-under-test.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, setUp } from '../../testing/journeys.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';

const machine = { kind: 'machine' as const, redirectUris: [] };

onEveryStorage('the API of a server', (start) => {
  let installation: TestInstallation;
  let resource: string;
  let ada: TestBrowser;
  let console: AppUnderTest;

  before(async () => {
    installation = await start();
    resource = apiResource(installation.config.issuer);
    ada = await setUp(installation);
    console = await addApp(installation, { kind: 'web', apiScopes: [...apiScopes] });
  });

  async function robot(scope: string) {
    const app = await addApp(installation, { ...machine, apiScopes: scope.split(' ') as never });
    const { body } = await app.post('/token', { grant_type: 'client_credentials', resource, scope });
    return { app, token: String(body.access_token) };
  }

  const personal = async (browser: TestBrowser, scope: string) =>
    (await console.tokens(browser, { resource, scope: `openid ${scope}` })).access_token;

  async function ask(request: string, token?: string, body?: object) {
    const [method = '', path] = request.split(' ');
    const response = await fetch(`${installation.origin}/api/v1${path}`, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const told = (await response.json()) as { code?: string; items?: { userName: string }[] };
    return { status: response.status, code: told.code, items: told.items };
  }

  it('answers a machine with a token of its own, within its scopes', async () => {
    const { token } = await robot('people:read');
    const { status, items } = await ask('GET /people', token);
    assert.deepEqual([status, items?.map(({ userName }) => userName)], [200, ['ada']]);
    assert.deepEqual(await ask('GET /apps', token), { status: 403, code: 'forbidden', items: undefined });
  });

  it('lets who may not make an app impersonate become none that does', async () => {
    const tokenExchange = { apps: ['shop'], impersonates: ['shop'] };
    const desk = await addApp(installation, { kind: 'web', tokenExchange });
    const { token } = await robot('apps:write');
    const elsewhere = { redirectUris: ['https://other.example.com/'] };
    const takeOver = (by: string) => [
      ask(`POST /apps/${desk.id}/secrets`, by, {}),
      ask(`PATCH /apps/${desk.id}`, by, elsewhere),
    ];
    for (const { status, code } of await Promise.all(takeOver(token)))
      assert.deepEqual([status, code], [403, 'forbidden']);
    assert.deepEqual((await installation.administration.apps.show({ id: desk.id })).redirectUris, [
      desk.redirectUri,
    ]);
    const { token: above } = await robot('apps:write system:write');
    assert.equal((await ask(`POST /apps/${desk.id}/secrets`, above, {})).status, 200);
  });

  it('answers a person within their role and what the app was given', async () => {
    const token = await personal(ada, 'people:read');
    assert.equal((await ask('GET /people', token)).status, 200);
    assert.equal((await ask('POST /groups', token, { name: 'x' })).code, 'forbidden');
  });

  it('O29 refuses every other token: of another audience, an ID token, an opaque one, a cookie', async () => {
    const { id_token, access_token } = await console.tokens(ada);
    for (const token of [id_token, access_token, 'x', 'a.b.c'])
      assert.equal((await ask('GET /people', token)).code, 'token_invalid', token);
    const withCookie = await ada.get('/api/v1/people');
    assert.equal(withCookie.status, 401);
  });

  it('O29 takes at once what was taken from an app or a person since', async () => {
    const { app, token } = await robot('people:read groups:read');
    await installation.administration.apps.update({ id: app.id, apiScopes: ['groups:read'] });
    assert.deepEqual(
      [(await ask('GET /people', token)).code, (await ask('GET /groups', token)).status],
      ['forbidden', 200],
    );
    await installation.administration.apps.remove({ id: app.id });
    assert.equal((await ask('GET /groups', token)).code, 'token_invalid');

    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    await installation.administration.people.update({ user: 'grace', role: 'administrator' });
    const hers = await personal(grace, 'people:read groups:read');
    assert.equal((await ask('GET /groups', hers)).status, 200);
    await installation.administration.people.update({ user: 'grace', role: 'person' });
    assert.equal((await ask('GET /groups', hers)).status, 403);
    await installation.administration.people.update({ user: 'grace', role: 'administrator' });
    await installation.administration.people.disable({ user: 'grace' });
    assert.equal((await ask('GET /groups', hers)).code, 'token_invalid');
  });

  it('O25 gives no other origin a way in, and its description to everybody', async () => {
    const origin = { Origin: 'https://evil.example.com' };
    const answer = await fetch(`${installation.origin}/api/v1/people`, { headers: origin });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    const described = await fetch(`${installation.origin}/api/v1/openapi.json`);
    assert.equal(((await described.json()) as { openapi: string }).openapi, '3.1.0');
    const page = await fetch(`${installation.origin}/api/v1`, { headers: { Accept: 'text/html' } });
    assert.match(await page.text(), /<h1[^>]*>Administration API<\/h1>/);
  });

  it('writes down who did what, as an intent and an outcome', async () => {
    const { app, token } = await robot('groups:write');
    assert.equal((await ask('POST /groups', token, { name: 'Readers' })).status, 200);
    const events = await installation.storage.auditEvents.list({ limit: 20 });
    const own = events.filter(({ type, actor }) => type === 'group.added' && actor?.id === app.id);
    assert.deepEqual(own.map(({ outcome }) => outcome).toSorted(), ['done', 'intent']);
  });
});
