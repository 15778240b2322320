/** A server that stands for a sector: it lists the addresses of the apps of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface SectorServer extends AsyncDisposable {
  /** The address of the list. */
  readonly uri: string;
  /** Other paths of it. */
  at(path: string): string;
  /** What it answers by path, as JSON; 404 where there is nothing. */
  readonly documents: Map<string, unknown>;
  /** Paths that it was asked for. */
  readonly asked: string[];
}

export async function startSector(addresses: readonly string[] = []): Promise<SectorServer> {
  const documents = new Map<string, unknown>([['/sector.json', addresses]]);
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.statusCode = documents.has(url) ? 200 : 404;
    response.end(JSON.stringify(documents.get(url)));
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const at = (path: string) => `http://localhost:${address.port}${path}`;
  return {
    ...{ at, documents, asked },
    uri: at('/sector.json'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
