import { X509Certificate } from 'node:crypto';

/** Reading takes time in proportion, and no certificate of an app comes near. Bytes. */
const mostBytes = 12 * 1024;

/**
 * The certificate that a gateway saw in the handshake, from its `Client-Cert` (RFC 9440 §2.2): a byte sequence of
 * structured fields (RFC 8941 §3.3.5), DER within. `undefined` for everything else: two of them, parameters, PEM.
 */
export function readClientCertificate(header: string | string[] | undefined): X509Certificate | undefined {
  const base64 =
    typeof header === 'string' ? /^:([A-Za-z0-9+/]+={0,2}):$/.exec(header.trim())?.[1] : undefined;
  if (base64 === undefined) return undefined;
  const der = Buffer.from(base64, 'base64');
  if (der.length > mostBytes || der.toString('base64') !== base64) return undefined;
  try {
    const certificate = new X509Certificate(der);
    // It reads PEM too, and stops at the end of the first certificate.
    return certificate.raw.equals(der) ? certificate : undefined;
  } catch {
    return undefined;
  }
}
