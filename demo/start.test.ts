import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createRawServer } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { freePort } from '../e2e/free-port.ts';
import { startDemo } from './start.ts';

const issuer = 'http://localhost:3000';

describe('starting the demo app', () => {
  let origin: string;
  let resources: AsyncDisposableStack;

  beforeEach(async () => {
    origin = `http://localhost:${await freePort()}`;
    resources = new AsyncDisposableStack();
  });
  afterEach(() => resources.disposeAsync());

  function ending<T extends Server | undefined>(server: T): T {
    resources.defer(() => server?.close().closeAllConnections());
    return server;
  }

  it('happens once: the second time, the one that runs is found', async () => {
    assert.ok(ending(await startDemo({ issuer, origin })));
    assert.equal(await startDemo({ issuer, origin }), undefined);
  });

  it('is refused where the demo of another issuer runs', async () => {
    ending(await startDemo({ issuer: 'http://localhost:4000', origin }));
    await assert.rejects(startDemo({ issuer, origin }), /Another program answers/);
  });

  it('is refused where another program answers, whatever it says', async () => {
    for (const said of ['<h1>Something else</h1>', 'null', '"nobody"', '{}']) {
      const other = ending(createServer((_, answer) => answer.end(said)));
      await once(other.listen(Number(new URL(origin).port), 'localhost'), 'listening');
      await assert.rejects(startDemo({ issuer, origin }), /Another program answers/, said);
      await resources.disposeAsync();
      resources = new AsyncDisposableStack();
    }
  });

  it('is refused where a program holds the port that speaks no HTTP', async () => {
    const other = createRawServer((socket) => socket.end('220 mail\r\n').on('error', () => {}));
    await once(other.listen(Number(new URL(origin).port), 'localhost'), 'listening');
    resources.defer(() => void other.close());
    await assert.rejects(startDemo({ issuer, origin }), { code: 'EADDRINUSE' });
  });
});
