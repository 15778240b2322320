import { connect, type TLSSocket } from 'node:tls';
import { Pool } from 'undici';
import type { ServiceCertificate } from '../../service-identity/certificate.ts';
import { type Credentials, judgePeer, requireStillValid } from '../../service-identity/credentials.ts';

export interface ConnectionDependencies {
  /** `https://host:port` */
  url: string;
  credentials: Credentials;
  trustDomain: string;
  now: () => number;
}

/** Connections to the passkey manager: few, kept, and each with a peer that was judged. */
export interface Connections extends AsyncDisposable {
  /** The pool to send with. @throws CertificateError where no peer is fit any more */
  pool(): Pool;
  /** How many handshakes there were. */
  readonly handshakes: number;
}

/** Milliseconds after which a connection is renewed. */
const age = 10 * 60 * 1000;
/** Milliseconds. Longer than the deadline of a call, which covers all of it: this one only tidies up. */
const patience = 4_000;

/** Bytes. A person has few passkeys. */
const largestAnswer = 1024 * 1024;

export function openConnections(dependencies: ConnectionDependencies): Connections {
  const { url, credentials, now } = dependencies;
  const peers = createPeers(dependencies);
  let handshakes = 0;
  const open = () =>
    new Pool(url, {
      connections: 16,
      pipelining: 1,
      headersTimeout: patience,
      bodyTimeout: patience,
      maxResponseSize: largestAnswer,
      // Shorter than the service keeps them, so that it is us who close.
      keepAliveTimeout: 30_000,
      keepAliveMaxTimeout: 30_000,
      clientTtl: age,
      connect({ hostname, port }, callback) {
        const socket = dial(dependencies, { hostname, port: Number(port) });
        socket.once('error', (error) => callback(error, null));
        // A handshake that hangs would keep its place in the pool for ever.
        socket.setTimeout(patience, () => socket.destroy(new Error('the handshake took too long')));
        socket.once('secureConnect', () => {
          socket.setTimeout(0);
          handshakes += 1;
          const peer = judged(dependencies, socket);
          peers.add(socket, peer);
          callback(null, socket);
        });
      },
    });
  let pool = open();
  // Requests under way end on the connections that they began on.
  credentials.onChange(() => {
    const before = pool;
    pool = open();
    peers.endUnfit();
    void before.close();
  });
  return {
    get handshakes() {
      return handshakes;
    },
    pool() {
      peers.requireTime();
      requireStillValid(credentials.current.own, { credentials: credentials.current, now: now() });
      return pool;
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** Whom the connections lead to. A peer whose time is over, or that was revoked, is spoken to no more. */
function createPeers(dependencies: ConnectionDependencies) {
  const { credentials, now } = dependencies;
  const peers = new Map<TLSSocket, ServiceCertificate>();
  let checkedAt = 0;
  /** When the first of them, or the list of the revoked, runs out: until then there is nothing to look at. */
  let soundUntil = Number.POSITIVE_INFINITY;

  function endUnfit(): void {
    const { revocationValidUntil = Number.POSITIVE_INFINITY } = credentials.current;
    checkedAt = now();
    soundUntil = revocationValidUntil;
    for (const [socket, peer] of peers)
      if (isFit(dependencies, peer)) soundUntil = Math.min(soundUntil, peer.notAfter);
      else socket.destroy();
  }

  return {
    endUnfit,
    add(socket: TLSSocket, peer: ServiceCertificate): void {
      peers.set(socket, peer);
      socket.once('close', () => peers.delete(socket));
      soundUntil = Math.min(soundUntil, peer.notAfter);
    },
    /** At every request: cheap as long as nothing can have changed. A clock that was put back may change everything. */
    requireTime(): void {
      const at = now();
      if (at >= soundUntil || at < checkedAt) endUnfit();
    },
  };
}

/** The peer is known by its URI name alone: what DNS says of it proves nothing, so Node's check of names is replaced. */
function dial(
  dependencies: ConnectionDependencies,
  { hostname, port }: { hostname: string; port: number },
): TLSSocket {
  const { certificate, key, authorities } = dependencies.credentials.current;
  return connect({
    host: hostname,
    port,
    servername: hostname,
    cert: certificate,
    key,
    ca: authorities,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    checkServerIdentity(_host, { raw }) {
      try {
        judge(dependencies, raw);
        return undefined;
      } catch (error) {
        return error as Error;
      }
    },
  });
}

function judge({ credentials, trustDomain, now }: ConnectionDependencies, der: Buffer): ServiceCertificate {
  return judgePeer(der, {
    trustDomain,
    expected: ['passkey-manager'],
    credentials: credentials.current,
    now: now(),
  });
}

/** Judged once already in the handshake, which would have failed. */
function judged(dependencies: ConnectionDependencies, socket: TLSSocket): ServiceCertificate {
  return judge(dependencies, socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0));
}

function isFit({ credentials, now }: ConnectionDependencies, peer: ServiceCertificate): boolean {
  try {
    requireStillValid(peer, { credentials: credentials.current, now: now() });
    return true;
  } catch {
    return false;
  }
}
