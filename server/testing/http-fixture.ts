import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type Koa from 'koa';
import { type ApplicationOptions, createApplication } from '../http/application.ts';
import { createReadiness } from '../http/health.ts';
import { createMetrics } from '../http/metrics.ts';
import { listen } from '../http/server.ts';
import { createLog } from '../log.ts';
import { createKeyring } from '../secret/keyring.ts';

interface Sent {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a browser sends with a fetch of its own page. */
export const sameOrigin = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };

/** The application with these routes, on a free port if none is given, with a log in memory. */
export async function startApplication(
  routes: (app: Koa) => void,
  { port = 0, ...options }: Partial<ApplicationOptions> & { port?: number } = {},
) {
  const lines: string[] = [];
  const issuer = options.issuer ?? 'http://localhost:3000';
  const app = createApplication({
    issuer,
    trustedProxies: [],
    cookieKeyring: createKeyring(['a key for tests']),
    isOpen: (path) => path === '/token',
    log: createLog({
      level: 'debug',
      format: 'json',
      destination: { write: (line) => void lines.push(line) },
    }),
    metrics: createMetrics({ collectRuntime: false }),
    readiness: createReadiness({}),
    renderErrorPage: (_ctx, { code, message }) => `<h1>${code}</h1><p>${message}</p>`,
    ...options,
  });
  routes(app);
  const server = await listen(app.callback(), { host: '127.0.0.1', port, patience: 500 });
  return {
    lines,
    port: server.port,
    send: (path: string, sent: Sent = {}) =>
      send(server.port, path, { ...sent, headers: { Host: new URL(issuer).host, ...sent.headers } }),
    sendRaw: (bytes: string) => sendRaw(server.port, bytes),
    [Symbol.asyncDispose]: server.close,
  };
}

/** One request on a connection of its own, with exactly these headers. */
export function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const request = httpRequest(
    { host: '127.0.0.1', port, path, method, headers, agent: false, setHost: false },
    async (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }),
  );
  request.once('error', reject).end(body);
  return promise;
}

/** Writes bytes to a connection and reads until the server closes it. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(bytes);
  return text(socket).catch(() => '');
}
