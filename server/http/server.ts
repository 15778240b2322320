import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';

export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  /** The one that was given, or found free where 0 was. */
  readonly port: number;
  /** Takes no new connection, lets running requests finish, then cuts what is left. Safe to call again. */
  close(): Promise<void>;
}

interface Limits {
  /** Milliseconds until the headers must be here. */
  headersTimeout: number;
  /** Milliseconds until the whole request must be here. */
  requestTimeout: number;
  /** Milliseconds between looks at the two above. */
  connectionsCheckingInterval: number;
  /** Longer than a gateway keeps its connections, so that it is the gateway who closes them. */
  keepAliveTimeout: number;
  maxConnections: number;
}

const limitsByDefault: Limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 75_000,
  maxConnections: 10_000,
};

interface Listening {
  host: string;
  port: number;
  /** Milliseconds that running requests have to finish after `close`. */
  patience?: number;
  limits?: Partial<Limits>;
  /** The setting that the port comes from, for the error; `LATCHKEY_LISTEN_PORT` if absent. */
  setting?: string;
  /** Whether `close` is soon to come: then answers end their connections, so that no gateway keeps one. */
  isLeaving?: () => boolean;
}

/** Milliseconds that a new connection has for its request before it counts as idle. */
const newcomerPatience = 200;

/**
 * Listens with limits on everything that a client could keep open.
 * @throws ConfigError if the address or port cannot be had, naming the setting
 */
export function listen(handler: RequestListener, { limits, ...where }: Listening): Promise<RunningServer> {
  const { maxConnections, ...timeouts } = { ...limitsByDefault, ...limits };
  const server = createServer({ ...timeouts, maxHeaderSize: 16 * 1024 }, handler);
  server.maxHeadersCount = 100;
  server.maxConnections = maxConnections;
  return serve(server, { setting: 'LATCHKEY_LISTEN_PORT', ...where });
}

type Serving = Omit<Listening, 'limits'> & Required<Pick<Listening, 'setting'>>;

/** Starts a server of Node's and returns how to stop it. */
export async function serve(
  server: Server,
  { host, port, setting, patience = 8000, isLeaving = () => false }: Serving,
): Promise<RunningServer> {
  const open = new Map<string, OpenConnection>();
  let accepted = 0;
  const running = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  server.on('connection', (socket) => {
    accepted += 1;
    const place = placeOf(socket);
    open.set(place, { socket, newUntil: performance.now() + newcomerPatience });
    socket.once('close', () => open.delete(place));
  });
  server.prependListener('request', ({ socket }, response) => {
    running.add(response);
    const connection = open.get(placeOf(socket));
    if (connection) connection.newUntil = 0;
    if (closing || isLeaving()) response.setHeader('Connection', 'close');
    response.once('close', () => {
      running.delete(response);
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });
  await begin(server, { host, port, setting });
  const close = () => {
    closing ??= drain(server, { open, running, patience, accepted: () => accepted });
    return closing;
  };
  return { host, port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

async function begin(server: Server, { host, port, setting }: Serving): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host, port }, resolve);
  try {
    await promise;
  } catch (error) {
    throw new ConfigError([whyNot((error as NodeJS.ErrnoException).code, { host, port, setting })]);
  }
  server.off('error', reject);
}

function whyNot(code: string | undefined, { host, port, setting }: Serving): string {
  const fromIssuer = setting === 'LATCHKEY_ISSUER';
  if (code === 'EADDRINUSE' && fromIssuer)
    return `Something else listens on ${host}:${port} already. Stop it, or put another port into the issuer, which this server listens on: LATCHKEY_ISSUER=http://localhost:${anotherPort(port)}`;
  if (code === 'EACCES' && fromIssuer)
    return `This user may not listen on port ${port}, which is the issuer's. Put one above 1023: LATCHKEY_ISSUER=http://localhost:3000`;
  if (code === 'EADDRINUSE')
    return `${setting} is ${port}, but something else listens on ${host}:${port} already. Stop it, or put another port.`;
  if (code === 'EACCES')
    return `${setting} is ${port}, which this user may not listen on. Put a port above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `LATCHKEY_LISTEN_HOST is ${host}, which is not an address of this machine.`;
  return `${setting} is ${port}: listening on ${host}:${port} failed (${code}).`;
}

function anotherPort(port: number): number {
  return port + 100 <= 65535 ? port + 100 : port - 100;
}

interface OpenConnection {
  socket: Socket;
  /** Until when it is new; 0 once it had a request. */
  newUntil: number;
}

/** By address and port: the same for a connection and for the TLS within it, which are two objects. */
const placeOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

interface Draining {
  open: ReadonlyMap<string, OpenConnection>;
  running: ReadonlySet<ServerResponse>;
  patience: number;
  /** How many connections there have been. */
  accepted: () => number;
}

/** Takes the connections that the kernel holds ready, one a turn: closing would reset them. */
async function acceptWaiting(accepted: () => number): Promise<void> {
  for (let quiet = 0, turns = 0; quiet < 2 && turns < 100; turns++) {
    const before = accepted();
    await turn();
    quiet = accepted() === before ? quiet + 1 : 0;
  }
}

async function drain(server: Server, { open, running, patience, accepted }: Draining): Promise<void> {
  await acceptWaiting(accepted);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close');
  // Node holds a connection that has said nothing yet to be busy; here it is not, unless it is new.
  const closeIdle = () => {
    const busy = new Set([...running].map(({ socket }) => (socket ? placeOf(socket) : '')));
    for (const [place, { socket, newUntil }] of open)
      if (!busy.has(place) && newUntil <= performance.now()) socket.destroy();
  };
  closeIdle();
  setTimeout(closeIdle, newcomerPatience + 1).unref();
  const timer = new AbortController();
  const late = delay(patience, undefined, { signal: timer.signal }).then(
    () => server.closeAllConnections(),
    () => {},
  );
  await Promise.race([closed, late]);
  timer.abort();
  await closed;
}
