import type { OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { Agent, fetch as fetchWith } from 'undici';

export interface EdgeAnswer {
  status: number;
  /** Every value of a header, by its name in lower case. */
  headers: Readonly<Record<string, string[] | undefined>>;
  body: string;
}

export interface EdgeClient {
  /** One request on a connection of its own, with any header. */
  get(path: string, headers?: OutgoingHttpHeaders): Promise<EdgeAnswer>;
  /** As browsers do it: with connections that are kept. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

interface Target {
  host: string;
  port: number;
  authority: string;
  /** The address of this machine that it comes from. */
  localAddress: string;
}

/** A client outside: it finds `host` on the loopback and trusts one authority. */
export function createEdgeClient({ host, port, authority, localAddress }: Target): EdgeClient {
  const agent = new Agent({
    // undici takes the end of a connection over HTTP/2, which nginx announces after 1,000 requests, for a failure.
    allowH2: false,
    localAddress,
    connect: {
      ca: authority,
      lookup: (_name, options, callback) =>
        options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    },
  });
  const withAgent = (url: string | URL, init?: object) => fetchWith(url, { ...init, dispatcher: agent });
  return {
    // The same function as Node's own, of another release.
    fetch: withAgent as unknown as typeof fetch,
    close: () => agent.destroy(),
    async get(path, headers = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<EdgeAnswer>();
      const sent = request({
        host: '127.0.0.1',
        ...{ servername: host, port, path, ca: authority, localAddress, agent: false },
        headers: { host: `${host}:${port}`, ...headers },
      });
      sent.on('error', reject).on('response', (answer) => {
        const { statusCode: status = 0, headersDistinct } = answer;
        text(answer).then((body) => resolve({ status, headers: headersDistinct, body }), reject);
      });
      sent.end();
      return promise;
    },
  };
}
