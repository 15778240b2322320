import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import { startApplication } from '../testing/http-fixture.ts';
import { handOver } from './hand-over.ts';

function inner() {
  const app = new Koa({ proxy: true, env: 'production' });
  app.silent = true;
  app.use(async (ctx) => {
    if (ctx.path === '/broken') throw new Error('SECRET');
    if (ctx.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 60));
    if (ctx.path !== '/none') ctx.body = { href: ctx.href, ip: ctx.ip, id: ctx.response.get('X-Request-Id') };
  });
  return app.callback();
}

const start = (handler = inner(), options = {}) =>
  startApplication((app) => app.use((ctx) => handOver(ctx, handler)), options);

describe('another application that answers', () => {
  it('keeps the headers that are set, and learns who asks from trusted headers alone', async () => {
    await using app = await start(inner(), { issuer: 'https://login.example' });
    const { status, headers, body } = await app.send('/x', {
      headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'http' },
    });
    assert.equal(status, 200);
    assert.match(headers['content-security-policy'] as string, /script-src 'self'/);
    assert.deepEqual(JSON.parse(body), {
      href: 'https://login.example/x',
      ip: '127.0.0.1',
      id: headers['x-request-id'],
    });
  });

  it('is waited for, so that its status and time are logged', async () => {
    await using app = await start();
    await app.send('/slow');
    await app.send('/none');
    const [slow, none] = app.lines
      .filter((line) => line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line));
    assert.equal(slow.status, 200);
    assert.ok(slow.ms >= 55);
    assert.equal(none.status, 404);
  });

  it('that fails shows nothing of it', async () => {
    await using app = await start();
    const { status, body } = await app.send('/broken');
    assert.equal(status, 500);
    assert.doesNotMatch(body, /SECRET/);
  });

  it('that throws before it answers is answered for', async () => {
    await using app = await start(() => {
      throw new Error('SECRET');
    });
    const { status, body } = await app.send('/x');
    assert.deepEqual([status, JSON.parse(body).error], [500, 'internal']);
  });
});
