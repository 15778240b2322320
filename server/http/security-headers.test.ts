import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApplication } from '../testing/http-fixture.ts';

const start = (options = {}) =>
  startApplication(
    (app) =>
      app.use((ctx) => {
        if (ctx.path === '/broken') throw new Error('broken');
        if (!ctx.path.startsWith('/missing')) ctx.body = '<h1>hello</h1>';
      }),
    options,
  );

/** Every kind of answer there is: page, refusal, not found, failure, other host, malformed. */
const answers = ['/', '/missing', '/broken', '/%zz', '/health/live'];

describe('security headers', () => {
  it('O14 no answer can be framed', async () => {
    await using app = await start();
    for (const path of answers) {
      const { headers } = await app.send(path, { headers: { Accept: 'text/html' } });
      assert.match(headers['content-security-policy'] as string, /frame-ancestors 'none'/, path);
      assert.equal(headers['x-frame-options'], 'DENY', path);
    }
    const { headers } = await app.send('/', { headers: { Host: 'evil.example' } });
    assert.equal(headers['x-frame-options'], 'DENY');
  });

  it('O15 no answer runs inline scripts or loads from elsewhere', async () => {
    await using app = await start();
    const { headers } = await app.send('/');
    const policy = headers['content-security-policy'] as string;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|https:|upgrade-insecure-requests/);
  });

  it('form-action is left open, because a sign-in ends at the app', async () => {
    await using app = await start();
    assert.doesNotMatch((await app.send('/')).headers['content-security-policy'] as string, /form-action/);
  });

  it('O27 nothing is kept by caches, and no address leaks as a referrer', async () => {
    await using app = await start();
    for (const path of answers) {
      const { headers } = await app.send(path);
      assert.equal(headers['cache-control'], 'no-store', path);
      assert.equal(headers['referrer-policy'], 'no-referrer', path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
    }
  });

  it('O25 no other origin may read an answer', async () => {
    await using app = await start();
    for (const Origin of ['https://evil.example', 'null', 'http://localhost:3000']) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await app.send('/', {
          method,
          headers: { Origin, 'Access-Control-Request-Method': 'POST' },
        });
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith('access-control')),
          [],
        );
        assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      }
    }
  });

  it('passkeys are for our own pages alone', async () => {
    await using app = await start();
    const policy = (await app.send('/')).headers['permissions-policy'] as string;
    assert.match(policy, /publickey-credentials-get=\(self\), publickey-credentials-create=\(self\)/);
  });

  it('pages are cut off from openers, except those that an app may open in a popup', async () => {
    await using app = await start();
    const opener = async (path: string) => (await app.send(path)).headers['cross-origin-opener-policy'];
    for (const path of ['/', '/account', '/authentic', '/setup'])
      assert.equal(await opener(path), 'same-origin');
    for (const path of ['/auth', '/auth/uid', '/interaction/uid', '/session/end', '/session/end/confirm'])
      assert.equal(await opener(path), undefined);
  });

  it('browsers are told to stay on https where the issuer is', async () => {
    await using plain = await start();
    assert.equal((await plain.send('/')).headers['strict-transport-security'], undefined);
    await using secure = await start({ issuer: 'https://login.example' });
    assert.match(
      (await secure.send('/')).headers['strict-transport-security'] as string,
      /^max-age=63072000$/,
    );
  });
});
