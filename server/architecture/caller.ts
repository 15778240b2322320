/** Speaks to a passkey manager in ways that it must refuse. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { type ConnectionOptions, connect } from 'node:tls';
import { requestHeader, timeHeader } from '../passkeys/remote/wire.ts';

export interface CallerCertificate {
  certificate: string;
  key: string;
}

export interface Place {
  /** `https://host:port` */
  url: string;
  /** Whose certificates are believed, PEM. */
  authorities: string;
}

export interface Question {
  as?: CallerCertificate | undefined;
  method?: string;
  nonce?: string;
  /** Milliseconds that the request says to be from now. */
  ahead?: number;
}

const patience = 5_000;

export function tlsOptions({ url, authorities }: Place, as?: CallerCertificate): ConnectionOptions {
  const { hostname, port } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 443),
    servername: hostname,
    ca: authorities,
    // Known by its URI alone, which the probe for it reads.
    checkServerIdentity: () => undefined,
    ...(as && { cert: as.certificate, key: as.key }),
  };
}

/** The status of the answer, or that there was none. Never rejects. */
export function ask(
  place: Place,
  { as, method = 'listPasskeys', nonce, ahead = 0 }: Question,
): Promise<number | 'no answer'> {
  const { promise, resolve } = Promise.withResolvers<number | 'no answer'>();
  const sent = request({
    ...tlsOptions(place, as),
    agent: false,
    method: 'POST',
    path: `/v1/${method}`,
    headers: {
      'content-type': 'application/json',
      [requestHeader]: nonce ?? randomUUID(),
      [timeHeader]: String(Date.now() + ahead),
    },
  });
  sent.setTimeout(patience, () => sent.destroy());
  sent
    .on('error', () => resolve('no answer'))
    .on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
  sent.end('{}');
  return promise;
}

/** The certificate that the service shows, DER. */
export function certificateOf(place: Place, as: CallerCertificate): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect(tlsOptions(place, as));
  socket.setTimeout(patience, () => socket.destroy(new Error('no answer within 5 s')));
  socket.once('error', reject).once('secureConnect', () => {
    resolve(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0));
    socket.destroy();
  });
  return promise;
}

/** Whether a session that the service gave is good for coming back without a handshake of one's own. */
export async function canResume(place: Place, as: CallerCertificate): Promise<boolean> {
  for (const session of await sessionsFrom(place, as)) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect({ ...tlsOptions(place, as), session });
    socket.once('error', () => resolve(false)).once('secureConnect', () => resolve(socket.isSessionReused()));
    const resumed = await promise;
    socket.destroy();
    if (resumed) return true;
  }
  return false;
}

function sessionsFrom(place: Place, as: CallerCertificate): Promise<Buffer[]> {
  const { promise, resolve } = Promise.withResolvers<Buffer[]>();
  const sessions: Buffer[] = [];
  const socket = connect(tlsOptions(place, as));
  socket.on('session', (session) => sessions.push(session));
  socket.once('error', () => resolve(sessions));
  // They come after the handshake, at the latest with the first answer.
  socket.once('secureConnect', () => {
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    socket.resume().once('close', () => resolve(sessions));
    socket.setTimeout(patience, () => socket.destroy());
  });
  return promise;
}
