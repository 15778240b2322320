import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { sameOrigin, startApplication } from '../testing/http-fixture.ts';
import { readBody, readQuery } from './input.ts';

const profile = z.object({ name: z.string().max(10), nested: z.object({ id: z.string() }).optional() });

const start = () =>
  startApplication((app) =>
    app.use(async (ctx) => {
      ctx.body =
        ctx.path === '/query'
          ? readQuery(ctx, z.object({ token: z.string().optional() }))
          : await readBody(ctx, profile);
    }),
  );

const post = (body: string | Buffer, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { ...sameOrigin, ...headers },
  body,
});

describe('the body of a request', () => {
  afterEach(() => {
    assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).length, 12);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('is what the schema describes, and nothing more', async () => {
    await using app = await start();
    const { status, body } = await app.send('/', post('{"name":"Ada","role":"administrator"}'));
    assert.deepEqual([status, body], [200, '{"name":"Ada"}']);
    assert.equal(
      (await app.send('/', post('{"name":"Ada"}', { 'Content-Type': 'application/json; charset=UTF-8' })))
        .status,
      200,
    );
  });

  it('names the field that is wrong, and not what was sent', async () => {
    await using app = await start();
    const { status, body } = await app.send('/', post('{"name":"Ada","nested":{"id":7}}'));
    const { requestId, ...shown } = JSON.parse(body);
    assert.match(requestId, /^[0-9a-f]{16}$/);
    assert.deepEqual(shown, {
      error: 'field_invalid',
      message: 'Please check what you entered.',
      field: 'nested.id',
    });
    assert.equal(status, 400);
  });

  it('O18 cannot reach a prototype', async () => {
    await using app = await start();
    assert.equal((await app.send('/', post('{"__proto__":{"polluted":1},"name":"x"}'))).status, 400);
    const inherited =
      '{"constructor":{"prototype":{"polluted":1}},"nested":{"id":"1","__proto__":{"polluted":1}},"name":"x"}';
    const { status, body } = await app.send('/', post(inherited));
    assert.ok(status === 400 || body === '{"name":"x","nested":{"id":"1"}}', body);
  });

  it('O19 holds strings alone where strings are asked for', async () => {
    await using app = await start();
    for (const value of ['{"$gt":""}', '["a"]', 'null', '7', 'true', '{"$where":"1"}'])
      assert.equal((await app.send('/', post(`{"name":${value}}`))).status, 400, value);
  });

  it('O20 is refused if it is no JSON object', async () => {
    await using app = await start();
    for (const body of [
      '',
      '[]',
      'null',
      '"x"',
      '{',
      '{"name":"a"}}',
      '\ufeff\u0000',
      '['.repeat(30_000),
      'name=Ada',
    ])
      assert.equal((await app.send('/', post(body))).status, 400, body.slice(0, 20));
  });

  it('O20 is refused if it is too large, declared or not', async () => {
    await using app = await start();
    const large = JSON.stringify({ name: 'x'.repeat(65 * 1024) });
    assert.equal((await app.send('/', post(large))).status, 413);
    assert.equal((await app.send('/', post(large, { 'Transfer-Encoding': 'chunked' }))).status, 413);
    assert.equal((await app.send('/', post('{}', { 'Content-Length': '10000000' }))).status, 413);
  });

  it('O20 is refused in another type, character set or encoding', async () => {
    await using app = await start();
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json; charset=utf-7',
      '',
    ];
    for (const type of types)
      assert.equal((await app.send('/', post('{"name":"Ada"}', { 'Content-Type': type }))).status, 415, type);
    const bomb = gzipSync(Buffer.alloc(1e6, '['));
    assert.equal((await app.send('/', post(bomb, { 'Content-Encoding': 'gzip' }))).status, 415);
  });

  it('O20 a chunked body without an end does not hold the server up', async () => {
    await using app = await start();
    const head = `POST / HTTP/1.1\r\nHost: localhost:3000\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await app.sendRaw(`${head}${`1000\r\n${'a'.repeat(4096)}\r\n`.repeat(20)}`);
    assert.match(answer, /^HTTP\/1.1 413/);
  });
});

describe('the query of a request', () => {
  it('is what the schema describes', async () => {
    await using app = await start();
    assert.equal((await app.send('/query?token=a&other=b')).body, '{"token":"a"}');
    assert.equal((await app.send('/query')).body, '{}');
  });

  it('O20 is refused with a parameter twice; brackets and a thousand others mean nothing', async () => {
    await using app = await start();
    assert.equal((await app.send('/query?token=a&token=b')).status, 400);
    assert.equal((await app.send('/query?token[$ne]=a&__proto__[polluted]=1')).body, '{}');
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}=1`).join('&');
    assert.equal((await app.send(`/query?${many}`)).body, '{}');
  });
});
