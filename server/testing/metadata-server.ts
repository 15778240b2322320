/** An address that metadata is fetched from, which behaves as a test says. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Behaviour = (response: ServerResponse, headers: IncomingHttpHeaders) => void;

export interface MetadataServer extends AsyncDisposable {
  url: string;
  /** Headers of each request so far. */
  asked: IncomingHttpHeaders[];
  /** From now on. */
  behave(behaviour: Behaviour): void;
  /** Gives this blob to everybody who does not have it yet. */
  serve(blob: string): void;
  /** A list of revoked certificates at `/crl`. */
  serveList(list: Buffer | undefined): void;
}

export async function startMetadataServer(): Promise<MetadataServer> {
  let behaviour: Behaviour = (response) => void response.writeHead(404).end();
  let list: Buffer | undefined;
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/crl') return void (list ? response.end(list) : response.writeHead(503).end());
    asked.push(request.headers);
    behaviour(response, request.headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let version = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    behave(wanted) {
      behaviour = wanted;
    },
    serve(blob) {
      version += 1;
      const etag = `"${version}"`;
      behaviour = (response, { 'if-none-match': known }) => {
        if (known === etag) return void response.writeHead(304).end();
        response.writeHead(200, { 'content-type': 'application/octet-stream', etag }).end(blob);
      };
    },
    serveList(wanted) {
      list = wanted;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
