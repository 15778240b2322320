/** An app's server as far as CIBA's ping goes: it is told of answers, and says what it is told to say. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

interface Pinged {
  authorization: string | undefined;
  authReqId: unknown;
}

export interface PingReceiver extends AsyncDisposable {
  /** The address to register. */
  readonly uri: string;
  readonly pings: Pinged[];
  /** What it answers; 204 unless told otherwise. A redirect leads to itself. */
  status: number;
  /** Resolves to the one for this request. */
  pingFor(authReqId: string): Promise<Pinged>;
}

export async function startPingReceiver(): Promise<PingReceiver> {
  const pings: Pinged[] = [];
  const server = createServer(async (request, response) => {
    const { auth_req_id: authReqId } = JSON.parse(await text(request)) as Record<string, unknown>;
    pings.push({ authorization: request.headers.authorization, authReqId });
    response.writeHead(receiver.status, { location: `${receiver.uri}/elsewhere` });
    response.end(receiver.status === 200 ? '{"a":"body"}' : '');
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const receiver: PingReceiver = {
    uri: `http://localhost:${(server.address() as AddressInfo).port}/ping`,
    pings,
    status: 204,
    async pingFor(id) {
      for (const until = Date.now() + 10_000; ; await delay(20)) {
        const found = pings.find(({ authReqId }) => authReqId === id);
        if (found) return found;
        assert.ok(Date.now() < until, 'no ping came');
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
