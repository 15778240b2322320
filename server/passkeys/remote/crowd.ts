import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ServiceName } from '../../service-identity/spiffe-id.ts';

/** Connections that have not shown a certificate yet. A handshake takes milliseconds. */
const mostStrangers = 200;
/** Connections of one identity: a provider keeps 16, and there may be many of them. */
const mostOfOne = 512;

/** Room for all identities at their most, and for the strangers. */
export const mostConnections = 4096;

/** Places are for those who show a certificate, and no caller takes those of the others. */
export interface Crowd {
  /** A handshake was completed, with this certificate. */
  admit(socket: TLSSocket, name: ServiceName): void;
}

/** Where there are too many, the oldest makes room: whoever is slow loses, and whoever is new gets in. */
export function limitCrowd(server: Server): Crowd {
  const strangers = new Map<string, Socket>();
  const known = new Map<ServiceName, Set<TLSSocket>>();
  server.on('connection', (socket: Socket) => {
    const place = placeOf(socket);
    strangers.set(place, socket);
    socket.once('close', () => strangers.delete(place));
    const [oldest] = strangers.size > mostStrangers ? strangers.values() : [];
    oldest?.destroy();
  });
  return {
    admit(socket, name) {
      strangers.delete(placeOf(socket));
      const own = known.get(name) ?? new Set();
      known.set(name, own);
      own.add(socket);
      socket.once('close', () => own.delete(socket));
      const [oldest] = own.size > mostOfOne ? own : [];
      oldest?.destroy();
    },
  };
}

/** The same for a connection and the TLS within it. */
const placeOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
