import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createOutbound } from '../outbound/outbound.ts';
import { type LogoutReceiver, startLogoutReceiver } from '../testing/logout-receiver.ts';
import { createSender, type Outcome } from './send.ts';

describe('an attempt to tell an app', () => {
  let receiver: LogoutReceiver;
  before(async () => {
    receiver = await startLogoutReceiver();
  });
  after(() => receiver[Symbol.asyncDispose]());

  const sender = createSender(createOutbound({ allow: ['127.0.0.0/8', '::1/128'], allowsLocalHttp: true }));
  const send = (uri: string, token: string) => sender({ uri, reach: 'administrator' }, token);
  const answered = (answer: (response: ServerResponse) => void): Promise<Outcome> => {
    receiver.answer = answer;
    return send(receiver.uri, 'a.b.c');
  };
  const status = (code: number, headers = {}) =>
    answered((response) => void response.writeHead(code, headers).end());

  it('succeeds with 200 and with 204, and posts the token as a form', async () => {
    for (const code of [200, 204]) assert.deepEqual(await status(code), { delivered: true });
    assert.equal(receiver.tokens.at(-1), 'a.b.c');
  });

  it('O28 fails with everything else, for good with 400 alone', async () => {
    for (const code of [201, 202, 400, 401, 404, 429, 500, 503]) {
      const outcome = await status(code);
      assert.ok(!outcome.delivered);
      assert.equal(outcome.isFinal, code === 400);
      assert.ok(outcome.failure.includes(String(code)), outcome.failure);
    }
  });

  it('O28 follows no redirect', async () => {
    const before = receiver.tokens.length;
    for (const code of [301, 302, 303, 307, 308]) {
      const outcome = await status(code, { location: receiver.uri });
      assert.match(failureOf(outcome), /redirect \(30\d\), which is not followed/);
    }
    assert.equal(receiver.tokens.length, before + 5);
  });

  it('O28 says what is wrong where nobody listens, or the name is unknown', async () => {
    const gone = await startLogoutReceiver();
    await gone[Symbol.asyncDispose]();
    assert.match(failureOf(await send(gone.uri, 'a.b.c')), /nobody listens there/);
    assert.match(failureOf(await send('https://app.invalid/logout', 'a.b.c')), /host name/);
  });

  it('O28 gives up after 5 seconds on an app that is slow', async () => {
    const began = performance.now();
    const outcome = await answered(() => {});
    assert.match(failureOf(outcome), /did not answer within 5 seconds/);
    assert.ok(performance.now() - began < 6000);
  });

  it('O16 reads nothing of an answer that is endless, slow or a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => void response.writeHead(200, { 'content-length': 10_000_000_000 }).write('x'),
      (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      (response) => response.writeHead(200).flushHeaders(),
    ];
    for (const answer of answers) {
      const began = performance.now();
      assert.deepEqual(await answered(answer), { delivered: true });
      assert.ok(performance.now() - began < 1000);
    }
  });

  it('O16 asks no private address that is not listed, and says which setting does', async () => {
    const guarded = createSender(createOutbound({ allow: [], allowsLocalHttp: true }));
    const before = receiver.tokens.length;
    const outcome = await guarded({ uri: receiver.uri, reach: 'administrator' }, 'a.b.c');
    assert.match(failureOf(outcome), /localhost is at .* \(loopback\).*LATCHKEY_OUTBOUND_ALLOW lists/);
    assert.equal(receiver.tokens.length, before);
  });
});

function failureOf(outcome: Outcome): string {
  assert.ok(!outcome.delivered, 'it was delivered');
  return outcome.failure;
}
