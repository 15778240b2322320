import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApplication } from '../testing/http-fixture.ts';
import { clientAddress, requestId } from './request.ts';

const start = (options = {}) =>
  startApplication(
    (app) =>
      app.use((ctx) => {
        if (ctx.path !== '/echo') return;
        ctx.body = {
          href: ctx.href,
          secure: ctx.secure,
          ip: ctx.ip,
          address: clientAddress(ctx),
          id: requestId(ctx),
        };
      }),
    options,
  );

describe('a request', () => {
  it('gets an id of ours, on the answer and in the log', async () => {
    await using app = await start();
    const { headers, body } = await app.send('/echo', { headers: { 'X-Request-Id': 'theirs' } });
    const id = headers['x-request-id'] as string;
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.equal(JSON.parse(body).id, id);
    assert.ok(app.lines.some((line) => line.includes(id)));
    assert.ok(!app.lines.some((line) => line.includes('theirs')));
  });

  it('O17 cannot be talked into another issuer by Host or X-Forwarded headers', async () => {
    await using app = await start();
    const forged = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '6.6.6.6',
      Forwarded: 'host=evil',
    };
    const { href, secure, ip } = JSON.parse((await app.send('/echo', { headers: forged })).body);
    assert.deepEqual(
      { href, secure, ip },
      { href: 'http://localhost:3000/echo', secure: false, ip: '127.0.0.1' },
    );
  });

  it('O17 for another host is answered by a page that names the settings', async () => {
    await using app = await start();
    for (const Host of ['evil.example', 'localhost:3001', '127.0.0.1:3000', 'localhost:3000.evil', '']) {
      const { status, body } = await app.send('/echo', { headers: { Host, Accept: 'text/html' } });
      assert.equal(status, 421, Host);
      assert.match(body, /LATCHKEY_ISSUER/);
      assert.match(body, /LATCHKEY_TRUSTED_PROXIES/);
      assert.match(body, /http:\/\/localhost:3000/);
    }
  });

  it('takes the host in any case, and the default port', async () => {
    await using app = await start({ issuer: 'https://login.example' });
    for (const Host of ['LOGIN.example', 'login.example:443'])
      assert.equal((await app.send('/echo', { headers: { Host } })).status, 200);
  });

  it('comes from where a trusted proxy says', async () => {
    await using app = await start({ issuer: 'https://login.example', trustedProxies: ['127.0.0.1/32'] });
    const headers = {
      Host: 'provider:3000',
      'X-Forwarded-Host': 'login.example',
      'X-Forwarded-For': '198.51.100.7',
    };
    const { body } = await app.send('/echo', { headers });
    assert.deepEqual(JSON.parse(body).address, '198.51.100.7');
    assert.equal(JSON.parse(body).href, 'https://login.example/echo');
  });

  it('over plain http is sent on to an https issuer', async () => {
    await using app = await start({ issuer: 'https://login.example', trustedProxies: ['127.0.0.1/32'] });
    const headers = { 'X-Forwarded-Proto': 'http' };
    const { status, headers: answer } = await app.send('/echo?a=1', { headers });
    assert.deepEqual([status, answer.location], [302, 'https://login.example/echo?a=1']);
    assert.equal((await app.send('/echo', { method: 'POST', headers })).status, 421);
  });

  it('O24 with an odd method is refused', async () => {
    await using app = await start();
    for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'LINK']) {
      const { status, headers } = await app.send('/echo', { method });
      assert.equal(status, 405, method);
      assert.match(headers.allow ?? '', /GET/);
    }
  });

  it('O24 in absolute form is refused, whatever host it names', async () => {
    await using app = await start();
    for (const path of ['http://evil.example/echo', 'http://localhost:3000/echo', '*', '//evil.example/echo'])
      assert.equal((await app.send(path, { method: path === '*' ? 'OPTIONS' : 'GET' })).status, 400, path);
  });

  it('O20 with broken percent-encoding, NUL or a backslash in its path is refused', async () => {
    await using app = await start();
    for (const path of ['/%', '/%zz', '/%c0%80', '/a%00b', '/%0d%0aSet-Cookie:x', '/%5c..%5cx', '/\\evil'])
      assert.equal((await app.send(path)).status, 400, path);
  });

  it('O20 with a query of 100 kB is refused before it is read', async () => {
    await using app = await start();
    const asking = (length: number) =>
      app.sendRaw(`GET /echo?${'a'.repeat(length)} HTTP/1.1\r\nHost: localhost:3000\r\n\r\n`);
    assert.match(await asking(17_000), /^HTTP\/1.1 431/);
    assert.doesNotMatch(await asking(100_000), /200/);
    assert.equal(app.lines.length, 0);
  });

  it('is logged without its query, cookies and headers', async () => {
    await using app = await start();
    await app.send('/echo?code=SECRET1', {
      headers: { Cookie: 'x=SECRET2', Authorization: 'Bearer SECRET3' },
    });
    await app.send('/missing?token=SECRET1');
    await app.send('/%zz?token=SECRET1');
    const log = app.lines.join('');
    assert.match(log, /"path":"\/echo","status":200/);
    assert.doesNotMatch(log, /SECRET/);
  });
});
