/** A server of somebody else's, on https, under names that lead where a test says. */
import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createAuthority } from './certificates.ts';

export interface OutsideServer extends AsyncDisposable {
  port: number;
  /** The authority that its certificate is of, PEM. */
  authority: string;
  /** What it was asked, such as `GET /keys`. */
  readonly asked: string[];
  answer: (response: ServerResponse, request: IncomingMessage) => void;
  /** An address at it, under one of its names. */
  at(host: string, path?: string): string;
}

/** @param names of hosts that its certificate is for */
export async function startOutside(names: readonly string[]): Promise<OutsideServer> {
  const authority = await createAuthority({ trustDomain: 'example.com' });
  const { certificate: cert, key } = await authority.issue({ name: 'provider', uris: [], dns: names });
  const asked: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    outside.answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const { port } = address;
  const outside: OutsideServer = {
    port,
    authority: authority.certificate,
    asked,
    answer: (response) => void response.end(),
    at: (host, path = '/') => `https://${host}:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return outside;
}

/** A name server that gives these answers, one after the other, to whatever is asked; the last one for good. */
export function answering(...answers: (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = (host: string, _options: object, callback: (...result: unknown[]) => void) => {
    asked.push(host);
    const addresses = answers[Math.min(asked.length, answers.length) - 1] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, resolve: resolve as unknown as typeof lookup };
}
