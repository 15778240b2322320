import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { addApp } from '../testing/app-under-test.ts';
import { freePort, startInstallation, type TestInstallation } from '../testing/installation.ts';

describe('cookies on https', () => {
  let installation: TestInstallation;
  let local: string;

  before(async () => {
    const port = await freePort();
    local = `http://127.0.0.1:${port}`;
    installation = await startInstallation({
      LATCHKEY_ISSUER: 'https://login.example.com',
      LATCHKEY_LISTEN_HOST: '127.0.0.1',
      LATCHKEY_LISTEN_PORT: String(port),
      LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1/32',
    });
  });
  after(() => installation[Symbol.asyncDispose]());

  const proxied = {
    'x-forwarded-host': 'login.example.com',
    'x-forwarded-proto': 'https',
    accept: 'text/html',
  };
  const get = (path: string, headers = {}) =>
    fetch(`${local}${path}`, { headers: { ...proxied, ...headers }, redirect: 'manual' });

  it('O13 are Secure, HttpOnly, SameSite=Lax, and as narrow as their path allows', async () => {
    const app = await addApp(installation);
    const { search } = new URL(app.authorizationUrl());
    const begun = await get(`/auth${search}`);
    assert.equal(begun.status, 303);
    const cookie = begun.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const page = await get(new URL(begun.headers.get('location') ?? '', local).pathname, { cookie });
    assert.equal(page.status, 200);
    const link = await get(`/setup?token=${'a'.repeat(43)}`);
    const made = [begun, page, link].flatMap(({ headers }) => headers.getSetCookie());
    const names = made.map((each) => each.split('=')[0]);
    for (const name of [
      '__Secure-interaction',
      '__Secure-resume',
      '__Host-latchkey_browser',
      '__Host-latchkey_setup',
    ])
      assert.ok(names.includes(name), `${name} of ${names}`);
    for (const each of made) {
      for (const attribute of [/; ?secure/i, /; ?httponly/i, /; ?samesite=lax/i])
        assert.match(each, attribute);
      assert.doesNotMatch(each, /; ?domain=/i);
      assert.equal(each.startsWith('__Host-'), /; ?path=\/(;|$)/i.test(each), each);
    }
    assert.match(page.headers.get('strict-transport-security') ?? '', /max-age=\d{8}/);
  });

  it('O13 that a sibling could have planted, without the prefix or the signature, are ignored', async () => {
    const planted = 'session=x; session.sig=y; latchkey_setup=aaaaaaaaaaaaaaaaaaaaaaaa; __Host-session=x';
    const answer = await get('/account', { cookie: planted });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/', 'which says how to set it up');
  });

  it('O17 answers under the issuer’s name alone', async () => {
    const answer = await get('/account', { 'x-forwarded-host': 'evil.example' });
    assert.equal(answer.status, 421);
    const plain = await get('/account', { 'x-forwarded-proto': 'http' });
    assert.equal(plain.headers.get('location'), 'https://login.example.com/account');
    const discovery = await get('/.well-known/openid-configuration');
    const { issuer, token_endpoint } = (await discovery.json()) as Record<string, string>;
    assert.equal(issuer, 'https://login.example.com');
    assert.equal(token_endpoint, 'https://login.example.com/token');
  });
});
