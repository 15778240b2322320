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
import { limitCrowd, mostConnections } from './crowd.ts';
import { createPerform, type Perform, type RefusedCall } from './perform.ts';

export interface PasskeyServiceDependencies {
  manager: OpenPasskeyManager;
  credentials: Credentials;
  trustDomain: string;
  /** Rejects while the service cannot work. */
  ping: () => Promise<void>;
  /** What else the monitoring should know. */
  facts?: () => object;
  onRefused: (call: RefusedCall) => void;
  now: () => number;
  log: Pick<Log, 'info' | 'error'>;
  /** Milliseconds after which a connection is renewed, and the handshake with it. */
  connectionAge?: number;
}

interface Connection {
  peer: ServiceCertificate;
  /** The authority that its chain ends with, as `LoadedCredentials.isAuthority` takes it. */
  anchor: string;
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
  const perform = createPerform({ ...dependencies, callers });
  let changedAt = 0;
  const server = createServer({
    ...tlsOptions(credentials),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: 3_000,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 75_000,
    maxHeaderSize: 8 * 1024,
  });
  server.maxConnections = mostConnections;
  const crowd = limitCrowd(server);
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
    if (!peer) return void socket.destroy();
    connections.set(socket, { peer, anchor: anchorOf(socket), since: now() });
    crowd.admit(socket, peer.name);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    void answer(dependencies, { request, response, perform, connection, changedAt });
  });
  return server;
}

const tlsOptions = ({ current: { certificate, key, authorities } }: Credentials) => ({
  // Not remembered by the server: each change of certificates sets all of it anew.
  minVersion: 'TLSv1.3' as const,
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

/** Of the authority at the end of the chain that TLS has verified. */
function anchorOf(socket: TLSSocket): string {
  let certificate = socket.getPeerCertificate(true);
  while (certificate.issuerCertificate && certificate.issuerCertificate !== certificate)
    certificate = certificate.issuerCertificate;
  return certificate.fingerprint256;
}

const reasonOf = (error: unknown) => (error instanceof CertificateError ? error.reason : String(error));

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  perform: Perform;
  connection: Connection | undefined;
  /** When the certificates, or the authorities that are believed, were replaced. */
  changedAt: number;
}

async function answer(dependencies: PasskeyServiceDependencies, exchange: Exchange): Promise<void> {
  const { request, response, connection } = exchange;
  try {
    if (!connection) throw new CertificateError('untrusted');
    // An authority that is believed no more has nothing to say, on old connections neither.
    if (!dependencies.credentials.current.isAuthority(connection.anchor))
      throw new CertificateError('untrusted');
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
    const result = await exchange.perform({ request, response, caller: connection.peer.name });
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
