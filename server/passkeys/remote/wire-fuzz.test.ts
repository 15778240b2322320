import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Dispatcher, request } from 'undici';
import { type OpenedManager, openManager } from '../../testing/authenticator-ceremonies.ts';
import { openWire, trustDomain, type Wire } from '../../testing/remote-manager.ts';
import { permissions } from '../permissions.ts';
import { type Connections, openConnections } from './connections.ts';
import { createNonces } from './nonces.ts';
import { freshness, largestBody, methodOf } from './wire.ts';

const json = fc.jsonValue({ maxDepth: 4 });
const operators = fc.constantFrom(
  { $gt: '' },
  { $where: '1' },
  ['x'],
  { length: 5 },
  { toString: 'x' },
  JSON.parse('{"__proto__":{"polluted":true}}'),
);

describe('what a caller may send', () => {
  let opened: OpenedManager;
  let wire: Wire;
  let connections: Connections;
  before(async () => {
    opened = await openManager();
    wire = await openWire(opened.manager);
    const { credentials } = wire.connect('provider');
    connections = openConnections({ url: wire.url, credentials, trustDomain, now: Date.now });
  });
  after(async () => {
    await connections[Symbol.asyncDispose]();
    await wire[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  async function send(path: string, body: string | Buffer, method: Dispatcher.HttpMethod = 'POST') {
    const { statusCode, body: answer } = await request(`${wire.url}${path}`, {
      dispatcher: connections.pool(),
      method,
      headers: { 'latchkey-request': crypto.randomUUID(), 'latchkey-time': String(Date.now()) },
      body,
    });
    return { status: statusCode, text: await answer.text() };
  }

  const refuses = ({ status, text }: { status: number; text: string }) => {
    assert.ok(status >= 400 && status < 500, `${status} ${text}`);
    assert.doesNotMatch(text, / at |node:|server\/|zod|SQL/i);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  };

  it('refuses bytes that are no JSON', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        fc.pre(!isJson(bytes));
        refuses(await send('/v1/listPasskeys', Buffer.from(bytes)));
      }),
      { numRuns: 100 },
    ));

  it('refuses JSON of any other shape, for every method', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...permissions.provider), json, async (method, value) => {
        fc.pre(!(method === 'sweep' && typeof (value as { now?: unknown } | null)?.now === 'number'));
        fc.pre(!(method === 'findFloor' && JSON.stringify(value) === '{}'));
        refuses(await send(`/v1/${method}`, JSON.stringify(value)));
      }),
      { numRuns: 200 },
    ));

  it('O18 O19 refuses operators and prototypes in the place of strings', () =>
    fc.assert(
      fc.asyncProperty(operators, operators, async (first, second) => {
        refuses(await send('/v1/listPasskeys', JSON.stringify({ userHandle: first })));
        const context = { interaction: second, browser: 'b', purpose: 'sign-in', response: first };
        refuses(await send('/v1/finishAuthentication', JSON.stringify(context)));
      }),
      { numRuns: 50 },
    ));

  it('refuses a response of any shape in the way of the ceremony', () =>
    fc.assert(
      fc.asyncProperty(json, async (response) => {
        const input = { interaction: 'i', browser: 'b', purpose: 'sign-in', response };
        const answer = await send('/v1/finishAuthentication', JSON.stringify(input));
        assert.deepEqual([answer.status, answer.text], [400, '{"error":"passkey_rejected"}']);
      }),
      { numRuns: 100 },
    ));

  it('knows no path but those of its methods', () =>
    fc.assert(
      fc.asyncProperty(fc.webPath(), async (path) => {
        fc.pre(methodOf(path) === undefined && path.startsWith('/'));
        refuses(await send(path, '{}'));
      }),
      { numRuns: 100 },
    ));

  it('knows neither another method of HTTP nor what every object has', async () => {
    for (const path of [
      '/v1/constructor',
      '/v1/__proto__',
      '/v1/toString',
      '/v1/',
      '/v1/listPasskeys/',
      '/v1/listPasskeys?x',
    ])
      refuses(await send(path, '{}'));
    for (const method of ['PUT', 'DELETE', 'PATCH'] as const)
      refuses(await send('/v1/listPasskeys', '{"userHandle":"abcd"}', method));
  });

  it('reads no more than it must', async () => {
    const body = JSON.stringify({ userHandle: 'x'.repeat(largestBody) });
    const answer = await send('/v1/listPasskeys', body).catch(() => ({ status: 400, text: '' }));
    refuses(answer);
    assert.equal((await send('/v1/listPasskeys', '{"userHandle":"abcd"}')).status, 200);
  });
});

describe('nonces', () => {
  it('are admitted once while a request that bears them is fresh', () => {
    const nonces = createNonces();
    const begun = 1_000_000;
    for (let at = begun; at < begun + 10 * freshness; at += freshness / 10)
      assert.deepEqual([nonces.admit(`n${at}`, at), nonces.admit(`n${at}`, at)], ['new', 'seen']);
  });

  it('are known for twice as long as a request may be ahead of the clock', () =>
    fc.assert(
      fc.property(fc.nat(20 * freshness), fc.nat(2 * freshness), (start, after) => {
        const nonces = createNonces();
        for (let at = 0; at < start; at += freshness) nonces.admit(`x${at}`, at);
        assert.equal(nonces.admit('it', start), 'new');
        assert.equal(nonces.admit('it', start + after), 'seen');
      }),
    ));
});

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
