import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { AppError, StorageError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { CertificateError, type ServiceCertificate } from '../../service-identity/certificate.ts';
import { type Credentials, judgePeer, requireStillValid } from '../../service-identity/credentials.ts';
import { type ServiceName, serviceNames } from '../../service-identity/spiffe-id.ts';
import type { OpenPasskeyManager } from '../create-manager.ts';
import { type CallerIdentity, type PasskeyManager, permissions } from '../manager.ts';
import { createNonces } from './nonces.ts';
import { freshness, healthPath, largestBody, methodOf, requestHeader, timeHeader } from './wire.ts';

/** A call that was not answered, for the audit. */
export interface RefusedCall {
  reason: 'certificate' | 'method' | 'stale' | 'replayed' | 'malformed';
  /** Whoever it was by their certificate, if that much is known. */
  caller?: ServiceName;
  method?: string;
  detail?: string;
}

export interface PasskeyServiceDependencies {
  manager: OpenPasskeyManager;
  credentials: Credentials;
  trustDomain: string;
  /** Rejects while the service cannot work. */
  ping: () => Promise<void>;
  onRefused: (call: RefusedCall) => void;
  now: () => number;
  log: Pick<Log, 'info' | 'error'>;
  /** Milliseconds after which a connection is renewed, and the handshake with it. */
  connectionAge?: number;
}

interface Connection {
  peer: ServiceCertificate;
  since: number;
}

const tenMinutes = 10 * 60 * 1000;
const callers: readonly ServiceName[] = serviceNames.filter((name) => name !== 'passkey-manager');

/**
 * The passkey manager behind mutual TLS, trusting nobody: TLS 1.3 alone, a certificate from everybody, and every
 * request looked at as if it were the first. Whoever is refused has no request answered and no body read.
 */
export function createPasskeyService(dependencies: PasskeyServiceDependencies): Server {
  const { credentials, now, onRefused } = dependencies;
  const connections = new WeakMap<object, Connection>();
  const nonces = createNonces();
  const views = viewsOf(dependencies.manager);
  let changedAt = 0;
  const server = createServer({
    ...tlsOptions(credentials),
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: 5_000,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 75_000,
    maxHeaderSize: 8 * 1024,
  });
  server.maxConnections = 1_000;
  credentials.onChange(() => {
    server.setSecureContext(tlsOptions(credentials));
    changedAt = now();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) =>
    onRefused({ reason: 'certificate', detail: error.code ?? error.message }),
  );
  // Before Node's own listener, which begins to read requests.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const peer = judged(dependencies, socket);
    if (peer) connections.set(socket, { peer, since: now() });
    else socket.destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    void answer(dependencies, { request, response, nonces, views, connection, changedAt });
  });
  return server;
}

const tlsOptions = ({ current: { certificate, key, authorities } }: Credentials) => ({
  cert: certificate,
  key,
  ca: authorities,
  // A session ticket would let a caller come back without showing its certificate.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

function judged(
  { credentials, trustDomain, now, onRefused }: PasskeyServiceDependencies,
  socket: TLSSocket,
): ServiceCertificate | undefined {
  try {
    const certificate = socket.getPeerX509Certificate();
    if (!certificate || socket.isSessionReused()) throw new CertificateError('untrusted');
    const input = { trustDomain, expected: callers, credentials: credentials.current, now: now() };
    return judgePeer(certificate.raw, input);
  } catch (error) {
    onRefused({ reason: 'certificate', detail: reasonOf(error) });
    return undefined;
  }
}

const reasonOf = (error: unknown) => (error instanceof CertificateError ? error.reason : String(error));

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  nonces: ReturnType<typeof createNonces>;
  views: ReadonlyMap<string, PasskeyManager>;
  connection: Connection | undefined;
  /** When the certificates, or the authorities that are believed, were replaced. */
  changedAt: number;
}

async function answer(dependencies: PasskeyServiceDependencies, exchange: Exchange): Promise<void> {
  const { request, response, connection } = exchange;
  try {
    if (!connection) throw new CertificateError('untrusted');
    requireStillValid(connection.peer, {
      credentials: dependencies.credentials.current,
      now: dependencies.now(),
    });
  } catch (error) {
    dependencies.onRefused({
      reason: 'certificate',
      detail: reasonOf(error),
      ...(connection && { caller: connection.peer.name }),
    });
    return void request.socket.destroy();
  }
  renewWhenOld(dependencies, exchange);
  try {
    const result = await perform(dependencies, { ...exchange, connection });
    send(response, 200, result);
  } catch (error) {
    const known = publicError(error);
    if (known.status >= 500) dependencies.log.error({ err: error, path: request.url }, 'call failed');
    // What was not read is dropped, so that the answer arrives.
    request.resume();
    send(response, known.status, known.body);
  }
}

/** The next request comes on a new connection, with a handshake of its own. */
function renewWhenOld(
  { now, connectionAge = tenMinutes }: PasskeyServiceDependencies,
  { connection, response, changedAt }: Exchange,
): void {
  const since = connection?.since ?? 0;
  if (since < changedAt || now() - since > connectionAge) response.setHeader('Connection', 'close');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length })
    .end(bytes);
}

/** Only the code travels; what it was stays in the log here. */
function publicError(error: unknown): { status: number; body: object } {
  if (error instanceof AppError) {
    const { status, code, field, reason } = error;
    return { status, body: { error: code, ...(field && { field }), ...(reason && { reason }) } };
  }
  if (error instanceof StorageError) return { status: 503, body: { error: 'unavailable' } };
  return { status: 500, body: { error: 'internal' } };
}

type Standing = Exchange & { connection: Connection };

async function perform(dependencies: PasskeyServiceDependencies, exchange: Standing): Promise<object> {
  const { request, response, connection } = exchange;
  const { name } = connection.peer;
  if (request.url === healthPath && request.method === 'GET') return health(dependencies, name);
  const method = methodOf(request.url);
  const view = exchange.views.get(name);
  if (request.method !== 'POST' || !method || !view || !mayCall(name, method))
    return refuse(dependencies, { reason: 'method', caller: name, method: String(request.url).slice(0, 64) });
  const nonce = requireFresh(dependencies, exchange);
  response.setHeader(requestHeader, nonce);
  const input = await readInput(request).catch((error: Error) =>
    refuse(dependencies, { reason: 'malformed', caller: name, method, detail: error.message }),
  );
  const call = view[method] as (input: unknown) => Promise<object>;
  return call(input);
}

async function health(dependencies: PasskeyServiceDependencies, name: ServiceName): Promise<object> {
  if (name !== 'monitor') return refuse(dependencies, { reason: 'method', caller: name, method: 'health' });
  await dependencies.ping();
  return { status: 'ready' };
}

/** The manager as each caller may use it, made once. */
function viewsOf(manager: OpenPasskeyManager): Map<string, PasskeyManager> {
  const identities = Object.keys(permissions) as CallerIdentity[];
  return new Map(identities.map((identity) => [identity, manager.as(identity)]));
}

function mayCall(name: ServiceName, method: keyof PasskeyManager): boolean {
  return Object.hasOwn(permissions, name) && permissions[name as CallerIdentity].includes(method);
}

function requireFresh(
  dependencies: PasskeyServiceDependencies,
  { request, nonces, connection }: Standing,
): string {
  const { [requestHeader]: nonce, [timeHeader]: time } = request.headers;
  const now = dependencies.now();
  const caller = connection.peer.name;
  if (typeof nonce !== 'string' || !/^[\w-]{22,64}$/.test(nonce) || typeof time !== 'string')
    return refuse(dependencies, { reason: 'malformed', caller, detail: 'no nonce or time' });
  if (!/^\d{1,16}$/.test(time) || Math.abs(now - Number(time)) > freshness)
    return refuse(dependencies, { reason: 'stale', caller });
  if (!nonces.admit(`${caller} ${nonce}`, now)) return refuse(dependencies, { reason: 'replayed', caller });
  return nonce;
}

function refuse({ onRefused }: PasskeyServiceDependencies, call: RefusedCall): never {
  onRefused(call);
  throw new AppError(call.reason === 'malformed' ? 'bad_request' : 'forbidden', { detail: call.reason });
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw new Error('too large');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error('too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
