import { createHash, X509Certificate as PlatformCertificate } from 'node:crypto';
import { type ServiceName, serviceNames, spiffeId } from './spiffe-id.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from './x509.ts';

/** The certificate of a service, as far as anybody asks. Times are epoch milliseconds. */
export interface ServiceCertificate {
  name: ServiceName;
  /** Hexadecimal, in lower case, without leading zeros. */
  serialNumber: string;
  notBefore: number;
  notAfter: number;
  /** SHA-256 of the DER, hexadecimal. */
  fingerprint: string;
}

const reasons = {
  malformed: 'it is not one X.509 certificate in DER',
  san_missing: 'it names no service: no URI is among its subject alternative names',
  san_many: 'it has several URIs among its subject alternative names, where an X.509-SVID has exactly one',
  san_foreign: 'it is for another service or another trust domain',
  ca: 'it is the certificate of an authority, not of a service',
  key_usage:
    'its key usage must have digitalSignature without keyCertSign and cRLSign; an extended one must have serverAuth and clientAuth',
  expired: 'it has expired',
  not_yet_valid: 'it is not valid yet',
  revoked: 'it was revoked',
  untrusted: 'nothing vouches for it now',
} as const;

export type CertificateReason = keyof typeof reasons;

/** A certificate is refused. The message is for the log: the other side learns nothing from it. */
export class CertificateError extends Error {
  readonly reason: CertificateReason;

  constructor(reason: CertificateReason, { detail, cause }: { detail?: string; cause?: unknown } = {}) {
    super(`the certificate is refused: ${reasons[reason]}${detail ? ` (${detail})` : ''}`, { cause });
    this.name = 'CertificateError';
    this.reason = reason;
  }
}

/** Reading takes time in proportion, and no certificate of ours comes near. */
const mostBytes = 16 * 1024;

/**
 * Reads a leaf from its DER, and judges its form by X.509-SVID §§2–5. Whether it is valid now, and who signed it, is
 * judged elsewhere.
 * @throws CertificateError
 */
export function readServiceCertificate(der: Buffer, rules: { trustDomain: string }): ServiceCertificate {
  try {
    if (der.length > mostBytes) throw new CertificateError('malformed', { detail: `${der.length} bytes` });
    const facts = factsOf(der);
    const { extensions } = new X509Certificate(der);
    refuseDuplicates(extensions);
    requireLeaf(extensions);
    return { name: nameIn(extensions, rules), ...facts };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError('malformed', { cause: error });
  }
}

/** From the parser that judges the chain too, so that both speak of the same bytes. */
function factsOf(der: Buffer): Omit<ServiceCertificate, 'name'> {
  const certificate = new PlatformCertificate(der);
  // It reads PEM too, and stops at the end of the first certificate.
  if (!certificate.raw.equals(der)) throw new CertificateError('malformed', { detail: 'not DER alone' });
  if (certificate.ca) throw new CertificateError('ca');
  const serialNumber = plainSerial(certificate.serialNumber);
  const [notBefore, notAfter] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (!/^[0-9a-f]+$/.test(serialNumber)) throw new CertificateError('malformed', { detail: 'serial number' });
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter))
    throw new CertificateError('malformed', { detail: 'validity' });
  return { serialNumber, notBefore, notAfter, fingerprint: createHash('sha256').update(der).digest('hex') };
}

/** Every tool pads serial numbers in its own way; compared is the number. */
export function plainSerial(hex: string): string {
  return hex
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

/** RFC 5280 §4.2: each extension once; otherwise two readers could see two certificates. */
function refuseDuplicates(extensions: readonly Extension[]): void {
  if (new Set(extensions.map(({ type }) => type)).size !== extensions.length)
    throw new CertificateError('malformed', { detail: 'an extension twice' });
}

/** X.509-SVID §§4.1, 4.3 and 4.4. */
function requireLeaf(extensions: readonly Extension[]): void {
  const constraints = find(extensions, BasicConstraintsExtension, '2.5.29.19');
  if (constraints?.ca) throw new CertificateError('ca');
  const usages = find(extensions, KeyUsagesExtension, '2.5.29.15')?.usages ?? 0;
  const forbidden = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  if (!(usages & KeyUsageFlags.digitalSignature) || usages & forbidden)
    throw new CertificateError('key_usage');
  const extended = find(extensions, ExtendedKeyUsageExtension, '2.5.29.37')?.usages;
  const both = [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth];
  if (extended && !both.every((usage) => extended.includes(usage))) throw new CertificateError('key_usage');
}

/** X.509-SVID §2: exactly one URI; other kinds of names may stand beside it, and say nothing. */
function nameIn(extensions: readonly Extension[], { trustDomain }: { trustDomain: string }): ServiceName {
  const names = find(extensions, SubjectAlternativeNameExtension, '2.5.29.17')?.names.items ?? [];
  const [uri, ...others] = names.filter(({ type }) => type === 'url').map(({ value }) => value);
  if (uri === undefined) throw new CertificateError('san_missing');
  if (others.length > 0) throw new CertificateError('san_many');
  const found = serviceNames.find((name) => spiffeId(trustDomain, name) === uri);
  if (found === undefined) throw new CertificateError('san_foreign', { detail: uri.slice(0, 300) });
  return found;
}

function find<T extends Extension>(
  extensions: readonly Extension[],
  kind: abstract new (...input: never[]) => T,
  id: string,
): T | undefined {
  const found = extensions.find(({ type }) => type === id);
  if (found === undefined || found instanceof kind) return found;
  throw new CertificateError('malformed', { detail: `extension ${id}` });
}
