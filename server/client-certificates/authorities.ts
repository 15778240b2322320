import { X509Certificate as PlatformCertificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import { pemBlocks } from '../service-identity/pem.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '../service-identity/x509.ts';

/** Who may vouch for certificates of apps. Without a setting nobody does. */
export interface ClientAuthorities {
  /** Whether one of them signed it, for clients, and it is valid now. */
  vouchFor(certificate: PlatformCertificate, now: number): boolean;
}

const setting = 'LATCHKEY_CLIENT_CA_FILE';

/** @throws ConfigError where the file cannot be read, or holds something that is no authority */
export function openClientAuthorities(file: string | undefined): ClientAuthorities {
  const authorities = file === undefined ? [] : readAuthorities(file);
  return {
    vouchFor: (certificate, now) =>
      isForClients(certificate, now) &&
      authorities.some((authority) => isValid(authority, now) && hasIssued(authority, certificate)),
  };
}

function readAuthorities(file: string): PlatformCertificate[] {
  const text = readText(file);
  try {
    const found = pemBlocks(text, 'CERTIFICATE').map((der) => new PlatformCertificate(der));
    if (found.length > 0 && found.every(maySign)) return found;
  } catch {
    // Said below, as of one that is no authority.
  }
  throw new ConfigError([
    `${setting} names ${file}, which must hold certificates of authorities in PEM, and no other.`,
  ]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `${setting} names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    ]);
  }
}

/** Every authority in the file is trusted as it is: one that signs others stands there too (RFC 5280 §6.1.1 (d)). */
function hasIssued(authority: PlatformCertificate, certificate: PlatformCertificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValid({ validFromDate, validToDate }: PlatformCertificate, now: number): boolean {
  return validFromDate.getTime() <= now && now < validToDate.getTime();
}

/** What is read of a certificate. One that insists on more is refused (RFC 5280 §4.2). */
const understood = ['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'];

function isForClients(certificate: PlatformCertificate, now: number): boolean {
  if (!isValid(certificate, now)) return false;
  const read = readable(certificate);
  if (read?.getExtension(BasicConstraintsExtension)?.ca) return false;
  const usages = read?.getExtension(KeyUsagesExtension)?.usages;
  const purposes = read?.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
  const maySignIn = usages === undefined || (usages & KeyUsageFlags.digitalSignature) !== 0;
  return maySignIn && purposes.includes(ExtendedKeyUsage.clientAuth);
}

function maySign(certificate: PlatformCertificate): boolean {
  const read = readable(certificate);
  const usages = read?.getExtension(KeyUsagesExtension)?.usages ?? KeyUsageFlags.keyCertSign;
  return (
    read?.getExtension(BasicConstraintsExtension)?.ca === true && (usages & KeyUsageFlags.keyCertSign) !== 0
  );
}

/** `undefined` where it cannot be read, has an extension twice, or insists on something that is not understood. */
function readable({ raw }: PlatformCertificate): X509Certificate | undefined {
  try {
    const read = new X509Certificate(raw);
    const types = read.extensions.map(({ type }) => type);
    const isWhole = new Set(types).size === types.length;
    const insists = read.extensions.some(({ critical, type }) => critical && !understood.includes(type));
    return isWhole && !insists ? read : undefined;
  } catch {
    return undefined;
  }
}
