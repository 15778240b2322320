import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { ConfigError } from '../errors.ts';
import { send, sendRaw } from '../testing/http-fixture.ts';
import { listen } from './server.ts';

const local = { host: '127.0.0.1', port: 0 };

async function startSlow(milliseconds: number, patience = 1000) {
  const arrived = new EventEmitter();
  const server = await listen(
    async (_request, response) => {
      arrived.emit('request');
      await delay(milliseconds, undefined, { ref: false });
      response.end('done');
    },
    { ...local, patience },
  );
  /** Resolves when so many requests have begun. */
  const began = async (count: number) => {
    for await (const _ of on(arrived, 'request')) if (--count === 0) return;
  };
  return { ...server, began };
}

/** Opens a connection, sends this much of a request, and tells after how many milliseconds it was cut. */
async function cutAfter(port: number, begin: string, drip = ''): Promise<number> {
  const begun = performance.now();
  const socket = connect(port, '127.0.0.1')
    .on('error', () => {})
    .on('data', () => {});
  socket.write(begin);
  const timer = setInterval(() => drip && socket.writable && socket.write(drip), 20);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return performance.now() - begun;
}

describe('stopping', () => {
  it('F21 lets 50 running requests finish, and closes their connections', async () => {
    const server = await startSlow(200);
    const url = `http://127.0.0.1:${server.port}/`;
    const agent = new Agent({ connections: 50 });
    const all = server.began(50);
    const running = Array.from({ length: 50 }, () => request(url, { dispatcher: agent }));
    await all;
    const begun = performance.now();
    await server.close();
    assert.ok(performance.now() - begun < 900);
    for (const { statusCode, headers, body } of await Promise.all(running)) {
      assert.deepEqual([statusCode, headers.connection, await body.text()], [200, 'close', 'done']);
    }
    await assert.rejects(send(server.port, '/'), { code: 'ECONNREFUSED' });
    await agent.destroy();
  });

  it('F21 closes idle connections at once', async () => {
    const server = await startSlow(0);
    const agent = new Agent();
    const { body } = await request(`http://127.0.0.1:${server.port}/`, { dispatcher: agent });
    await body.text();
    const silent = cutAfter(server.port, '');
    await delay(20);
    const begun = performance.now();
    await Promise.all([server.close(), silent]);
    assert.ok(performance.now() - begun < 500);
    await agent.destroy();
  });

  it('F20 a connection that is new as it stops is answered still', async () => {
    await using server = await startSlow(0);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    await delay(20);
    const stopped = server.close();
    await delay(50);
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 200 OK\r\n(.+\r\n)*Connection: close\r\n/i);
    await stopped;
  });

  it('F20 announces the end of each connection while it is leaving', async () => {
    let leaving = false;
    await using server = await listen((_request, response) => void response.end('ok'), {
      ...local,
      isLeaving: () => leaving,
    });
    const agent = new Agent();
    const connection = async () => {
      const answer = await request(`http://127.0.0.1:${server.port}/`, { dispatcher: agent });
      await answer.body.text();
      return answer.headers.connection;
    };
    assert.equal(await connection(), 'keep-alive');
    leaving = true;
    assert.deepEqual([await connection(), await connection()], ['close', 'close']);
    await agent.destroy();
  });

  it('F21 cuts what does not finish in time, and does not mind being asked twice', async () => {
    const server = await startSlow(60_000, 150);
    const began = server.began(1);
    const running = assert.rejects(send(server.port, '/', { headers: { Host: 'a' } }));
    await began;
    const begun = performance.now();
    await Promise.all([server.close(), server.close()]);
    assert.ok(performance.now() - begun < 1000);
    await running;
  });
});

describe('listening', () => {
  it('on a port in use names the setting', async () => {
    await using server = await startSlow(0);
    await assert.rejects(
      listen(() => {}, { ...local, port: server.port }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(
          error.message,
          new RegExp(`^LATCHKEY_LISTEN_PORT is ${server.port}, but something else`),
        );
        return true;
      },
    );
  });

  it('on a port in use says which issuer to put, where the port is the one of the issuer', async () => {
    await using server = await startSlow(0);
    await assert.rejects(
      listen(() => {}, { ...local, port: server.port, setting: 'LATCHKEY_ISSUER' }),
      /already\. Stop it, or .* LATCHKEY_ISSUER=http:\/\/localhost:\d+$/,
    );
  });

  it('on an address of another machine names the setting', async () => {
    await assert.rejects(
      listen(() => {}, { host: '203.0.113.1', port: 0 }),
      /^ConfigError: LATCHKEY_LISTEN_HOST/,
    );
  });
});

describe('limits of connections', () => {
  const limits = {
    headersTimeout: 150,
    requestTimeout: 300,
    connectionsCheckingInterval: 30,
    keepAliveTimeout: 200,
  };
  const start = (more = {}) =>
    listen(
      (incoming, response) => {
        incoming.resume().on('end', () => response.end('ok'));
      },
      { ...local, limits: { ...limits, ...more } },
    );

  it('F26 a connection that says nothing is cut', async () => {
    await using server = await start();
    assert.ok((await cutAfter(server.port, '')) < 1000);
  });

  it('F26 headers and bodies that drip in are cut', async () => {
    await using server = await start();
    const head = 'POST / HTTP/1.1\r\nHost: a\r\n';
    const [headers, body] = await Promise.all([
      cutAfter(server.port, head, 'X-A: b\r\n'),
      cutAfter(server.port, `${head}Content-Length: 1000\r\n\r\n`, 'a'),
    ]);
    assert.ok(headers < 1000, `${headers}`);
    assert.ok(body < 1500, `${body}`);
  });

  it('F26 health answers beside hundreds of idle connections', async () => {
    await using server = await start({ headersTimeout: 2000, requestTimeout: 3000 });
    const idle = Array.from({ length: 400 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
    await delay(100);
    assert.equal((await send(server.port, '/health/live', { headers: { Host: 'a' } })).status, 200);
    for (const socket of idle) socket.destroy();
  });

  it('F26 connections beyond the cap are turned away, and taken again when others leave', async () => {
    await using server = await start({ maxConnections: 2 });
    const held = [1, 2].map(() => connect(server.port, '127.0.0.1').on('error', () => {}));
    await delay(50);
    await assert.rejects(send(server.port, '/', { headers: { Host: 'a' } }));
    for (const socket of held) socket.destroy();
    await delay(50);
    assert.equal((await send(server.port, '/', { headers: { Host: 'a' } })).status, 200);
  });
});

describe('requests that parsers read differently', () => {
  const attacks: Record<string, string> = {
    'both lengths':
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
    'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'a signed length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na',
    'an encoding twice': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n',
    'a folded header': 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\nTransfer-Encoding\r\n : chunked\r\n\r\n',
    'a space before the colon': 'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
    'a bare line feed': 'GET / HTTP/1.1\nHost: a\nContent-Length: 1\n\na',
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'two hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    'NUL in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n',
    'another version': 'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
    'a chunk of no size': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  };

  for (const [name, bytes] of Object.entries(attacks))
    it(`O24 ${name}: 400, and never two answers`, async () => {
      await using server = await listen(
        (incoming, response) => {
          incoming.resume().on('end', () => response.end('ok'));
        },
        {
          ...local,
          limits: {
            headersTimeout: 300,
            requestTimeout: 500,
            connectionsCheckingInterval: 50,
            keepAliveTimeout: 100,
          },
        },
      );
      const answer = await sendRaw(server.port, bytes);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length ?? 0, 1, answer);
      if (name !== 'two hosts') assert.match(answer, /^HTTP\/1\.1 400/);
    });

  it('O24 HTTP/1.0 and Expect are answered, CONNECT is not', async () => {
    await using server = await listen((_request, response) => void response.end('ok'), local);
    assert.match(await sendRaw(server.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 200/);
    const expecting =
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: a-pony\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    assert.match(await sendRaw(server.port, expecting), /^HTTP\/1\.1 417/);
    assert.equal(await sendRaw(server.port, 'CONNECT evil:443 HTTP/1.1\r\nHost: a\r\n\r\n'), '');
  });
});
