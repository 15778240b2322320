import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { answering, type OutsideServer, startOutside } from '../testing/outside.ts';
import { OutboundError } from './failure.ts';
import { type Ask, createOutbound, type OutboundOptions } from './outbound.ts';

const here = ['127.0.0.1'];
const host = 'app.internal';

describe('an address that is asked for an app', () => {
  let outside: OutsideServer;
  before(async () => {
    outside = await startOutside([host, 'both.internal', 'localhost']);
  });
  after(() => outside[Symbol.asyncDispose]());

  const client = (options: Partial<OutboundOptions> = {}) =>
    createOutbound({
      allow: ['127.0.0.0/8'],
      resolve: answering(here).resolve,
      ca: [outside.authority],
      ...options,
    });
  const ask = (options: Partial<OutboundOptions> = {}, asked: Partial<Ask> = {}) =>
    client(options).ask(outside.at(host, '/x'), { reach: 'administrator', ...asked });
  const answered = (answer: (response: ServerResponse) => void, asked: Partial<Ask> = {}) => {
    outside.answer = answer;
    return ask({}, asked);
  };
  /** The reason, and whether it was blocked before anything was asked. */
  async function refusal(asking: Promise<unknown>): Promise<OutboundError> {
    const before = outside.asked.length;
    const error = await asking.then(
      () => assert.fail('it was asked'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OutboundError, String(error));
    if (error.isBlocked) assert.equal(outside.asked.length, before);
    return error;
  }

  it('answers with status, type and body', async () => {
    const answer = await answered((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[]}');
    });
    assert.deepEqual(
      [answer.status, answer.headers['content-type'], answer.body.toString()],
      [200, 'application/json', '{"keys":[]}'],
    );
  });

  it('O16 trusts no certificate but under the authorities that are named', async () => {
    const error = await refusal(client({ ca: [] }).ask(outside.at(host), { reach: 'administrator' }));
    assert.match(error.message, /certificate is not trusted .*LATCHKEY_OUTBOUND_CA_FILE/);
    const other = outside.at('other.internal');
    const elsewhere = await refusal(client().ask(other, { reach: 'administrator' }));
    assert.match(elsewhere.message, /ALTNAME/);
  });

  for (const url of [
    'http://app.internal/',
    'file:///etc/passwd',
    'gopher://app.internal/',
    'ftp://app.internal/',
    'data:text/plain,x',
    'javascript:alert(1)',
    'app.internal',
    'https://user:password@app.internal/',
  ])
    it(`O16 asks https alone: not ${url}`, async () => {
      assert.ok((await refusal(client().ask(url, { reach: 'administrator' }))).isBlocked);
    });

  it('O16 asks http at loopback where the issuer is on localhost, and for an administrator alone', async () => {
    const url = 'http://localhost:9/';
    const on = client({ allowsLocalHttp: true });
    assert.match((await refusal(on.ask(url, { reach: 'administrator' }))).message, /nobody listens/);
    assert.match((await refusal(on.ask(url, { reach: 'stranger' }))).message, /must begin with https:/);
    const off = client();
    assert.match((await refusal(off.ask(url, { reach: 'administrator' }))).message, /must begin with https:/);
  });

  for (const literal of [
    ...['127.0.0.1', '127.1', '0x7f.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '0', '10.0.0.1'],
    ...['172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '198.18.0.1'],
    ...['192.0.2.1', '192.0.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '[::1]', '[::]'],
    ...['[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]'],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a9fe:a9fe]', '[::127.0.0.1]'],
    ...['[64:ff9b::7f00:1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001::1]'],
  ])
    it(`O16 does not connect to ${literal}, and says which setting allows it`, async () => {
      const url = `https://${literal}:${outside.port}/`;
      for (const reach of ['administrator', 'stranger'] as const) {
        const error = await refusal(client({ allow: [] }).ask(url, { reach }));
        assert.match(error.message, /is at .* no public address: LATCHKEY_OUTBOUND_ALLOW lists/);
      }
    });

  it('O16 goes to private hosts and networks that are listed, by name or by range', async () => {
    outside.answer = (response) => void response.end('yes');
    for (const allow of [['127.0.0.0/8'], [host], ['10.0.0.0/8', host]])
      assert.equal((await ask({ allow })).body.toString(), 'yes');
    for (const allow of [['10.0.0.0/8'], ['other.internal'], ['internal'], []])
      assert.match((await refusal(ask({ allow }))).message, /app\.internal is at 127\.0\.0\.1 \(loopback\)/);
  });

  it('O16 lets a listed name lead into private networks, and not to a machine’s own metadata', async () => {
    for (const address of ['169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1'])
      assert.ok((await refusal(ask({ allow: [host], resolve: answering([address]).resolve }))).isBlocked);
  });

  it('O16 never leaves the public for a stranger, and for a registered app as its policy says', async () => {
    outside.answer = (response) => void response.end('yes');
    const allow = ['127.0.0.0/8'];
    assert.ok((await refusal(ask({ allow }, { reach: 'stranger' }))).isBlocked);
    assert.ok((await refusal(ask({ allow }, { reach: { within: [] } }))).isBlocked);
    assert.ok((await refusal(ask({ allow }, { reach: { within: ['other.internal'] } }))).isBlocked);
    assert.equal((await ask({ allow }, { reach: { within: [host] } })).status, 200);
    // A policy widens nothing that the installation does not allow.
    assert.ok((await refusal(ask({ allow: [] }, { reach: { within: [host, '127.0.0.0/8'] } }))).isBlocked);
  });

  it('O16 refuses a name with one private address among others', async () => {
    const { resolve } = answering(['93.184.215.14', '169.254.169.254']);
    const error = await refusal(
      client({ allow: [], resolve }).ask('https://both.internal/', { reach: 'stranger' }),
    );
    assert.match(error.message, /both\.internal is at 169\.254\.169\.254 \(linkLocal\)/);
  });

  it('O16 connects to the address that was judged: a second answer of DNS is never asked for', async () => {
    outside.answer = (response) => void response.end('yes');
    const { asked, resolve } = answering(here, ['10.0.0.1']);
    const rebinding = client({ resolve });
    const first = await rebinding.ask(outside.at(host), { reach: 'administrator' });
    assert.equal(first.status, 200);
    assert.deepEqual(asked, [host]);
    // The next request is judged anew: no connection is kept.
    const error = await refusal(rebinding.ask(outside.at(host), { reach: 'administrator' }));
    assert.match(error.message, /10\.0\.0\.1 \(private\)/);
    assert.equal(asked.length, 2);
  });

  it('O16 follows no redirect', async () => {
    for (const code of [301, 302, 303, 307, 308]) {
      const before = outside.asked.length;
      const location = outside.at('localhost', '/inside');
      const { status } = await answered((response) => void response.writeHead(code, { location }).end());
      assert.equal(status, code);
      assert.deepEqual(outside.asked.slice(before), ['GET /x']);
    }
  });

  it('O16 reads no more than 64 kB, whatever is announced', async () => {
    const endless = (response: ServerResponse) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(16_384)));
      };
      response.on('drain', more).on('error', () => {});
      more();
    };
    assert.match((await refusal(answered(endless))).message, /longer than 64 kB/);
    const announced = (response: ServerResponse) =>
      void response.writeHead(200, { 'content-length': 10_000_000_000 }).write('x');
    assert.match((await refusal(answered(announced))).message, /longer than 64 kB/);
    const whole = Buffer.alloc(64 * 1024);
    assert.equal((await answered((response) => void response.end(whole))).body.length, whole.length);
  });

  it('O16 unpacks nothing: a bomb is refused by its heading', async () => {
    const zeros = Buffer.alloc(10_000_000);
    for (const [encoding, bomb] of [
      ['gzip', gzipSync(zeros)],
      ['br', brotliCompressSync(zeros)],
      ['deflate', gzipSync(zeros)],
    ] as const) {
      const error = await refusal(
        answered((response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bomb)),
      );
      assert.match(error.message, /is compressed/);
    }
  });

  it('O16 refuses headers without end', async () => {
    const long = { x: 'x'.repeat(20_000) };
    assert.match(
      (await refusal(answered((response) => void response.writeHead(200, long).end()))).message,
      /./,
    );
  });

  it('O16 gives up after 5 seconds, whether nothing comes or a byte now and then', async () => {
    const began = performance.now();
    const dripping = (response: ServerResponse) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 200);
      response.on('close', () => clearInterval(drip));
    };
    const errors = await Promise.all([
      refusal(answered(() => {})),
      refusal(answered(dripping)),
      refusal(client({ resolve: (() => {}) as never }).ask(outside.at(host), { reach: 'stranger' })),
    ]);
    for (const { message } of errors) assert.equal(message, 'it did not answer within 5 seconds');
    assert.ok(performance.now() - began < 7000);
  });

  it('is examined without being asked', async () => {
    const before = outside.asked.length;
    assert.equal(await client().examine(outside.at(host), 'administrator'), undefined);
    assert.match((await client().examine(outside.at(host), 'stranger')) ?? '', /app\.internal is at/);
    assert.match(
      (await client().examine('http://app.internal/', 'stranger')) ?? '',
      /must begin with https:/,
    );
    assert.equal(outside.asked.length, before);
  });
});
