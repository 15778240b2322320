import { type ConnectionOptions, connect, type SecureVersion } from 'node:tls';

/** Where TLS is spoken. */
export interface TlsPlace {
  /** An address or a name that resolves to it. */
  address: string;
  port: number;
  servername: string;
  /** Authorities to trust, as PEM; the system's if absent. */
  authority?: string;
  /** What else the handshake takes, such as a certificate of one's own. */
  tls?: ConnectionOptions;
}

/** What came of offering one version of TLS alone. */
export interface TlsOffer {
  accepted: boolean;
  /** The version that was agreed on, the alert of the server, or what went wrong. */
  seen: string;
}

/** Old versions hash with SHA-1, which OpenSSL offers at its lowest security level only. */
const oldCiphers = 'DEFAULT@SECLEVEL=0';

/** Offers a server one version of TLS and nothing else. Never rejects; a refusal is told from a failure. */
export function offerTls(
  { address, port, servername, authority, tls }: TlsPlace,
  version: SecureVersion,
): Promise<TlsOffer> {
  const { promise, resolve } = Promise.withResolvers<TlsOffer>();
  const socket = connect({
    ...tls,
    ...{ host: address, port, servername, minVersion: version, maxVersion: version },
    ...(authority !== undefined && { ca: authority }),
    ...(version < 'TLSv1.2' && { ciphers: oldCiphers }),
  });
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer within 5 s')));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve({ accepted: false, seen: refusal(error) }));
  socket.once('close', () => resolve({ accepted: false, seen: 'closed without an alert' }));
  socket.once('secureConnect', () => {
    resolve({ accepted: true, seen: socket.getProtocol() ?? 'nothing' });
    socket.destroy();
  });
  return promise;
}

/** `alert protocol_version` where the server sent that alert (RFC 8446 §6.2). */
function refusal({ code = '', message }: NodeJS.ErrnoException): string {
  const [, alert] = /^ERR_SSL_(?:TLSV1|SSLV3)_ALERT_(\w+)$/.exec(code) ?? [];
  return alert ? `alert ${alert.toLowerCase()}` : code || message;
}
