import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { CertificateError, readServiceCertificate, type ServiceCertificate } from './certificate.ts';
import { type CredentialFiles, fileNames } from './credential-files.ts';
import { pemBlocks } from './pem.ts';
import { type RevocationList, readRevocationLists } from './revocation-list.ts';
import { type ServiceName, spiffeId } from './spiffe-id.ts';

/** What a service proves itself with, and what it judges others by: all from one moment. */
export interface LoadedCredentials {
  /** The leaf and what leads from it to an authority, PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Whose certificates are believed, PEM. */
  readonly authorities: string;
  readonly own: ServiceCertificate;
  isRevoked(serialNumber: string): boolean;
  /** @param fingerprint SHA-256 of an authority's certificate, as Node.js writes it: `AB:CD:…` */
  isAuthority(fingerprint: string): boolean;
  /** Epoch milliseconds. From then on nothing can be judged; absent where there is no list. */
  readonly revocationValidUntil?: number;
}

/** Who the files must be for. */
export interface Owner {
  name: ServiceName;
  trustDomain: string;
}

/**
 * Judges what was read as a whole: form, owner, time, key, chain and list.
 * @throws ConfigError that names the file and says what to do
 */
export function loadCredentials(files: CredentialFiles, owner: Owner, now: number): LoadedCredentials {
  const [leaf, ...intermediates] = certificatesIn(files, 'certificate');
  const authorities = certificatesIn(files, 'authorities');
  const stranger = authorities.find(({ ca }) => !ca);
  // As an anchor it would vouch for itself.
  if (stranger)
    refuse(files, 'authorities', `it holds a certificate that is no authority: ${oneLine(stranger.subject)}`);
  if (!leaf) refuse(files, 'certificate', 'it holds no certificate');
  const own = judgeOwn(files, leaf, { owner, now });
  requireKey(files, leaf);
  if (!leadsTo(authorities, { leaf, intermediates }))
    refuse(files, 'certificate', `no authority in ${fileNames.authorities} has signed it`);
  const list = listIn(files, authorities);
  const anchors = new Set(authorities.map(({ fingerprint256 }) => fingerprint256));
  return Object.freeze({
    certificate: files.certificate.toString(),
    key: files.key.toString(),
    authorities: files.authorities.toString(),
    own,
    isRevoked: list?.isRevoked ?? (() => false),
    isAuthority: (fingerprint: string) => anchors.has(fingerprint),
    ...(list && { revocationValidUntil: list.validUntil }),
  });
}

function certificatesIn(files: CredentialFiles, which: 'certificate' | 'authorities'): X509Certificate[] {
  try {
    const found = pemBlocks(files[which].toString('latin1'), 'CERTIFICATE').map(
      (der) => new X509Certificate(der),
    );
    if (found.length > 0) return found;
  } catch {
    // Said below.
  }
  return refuse(files, which, 'it does not hold certificates in PEM');
}

function judgeOwn(
  files: CredentialFiles,
  leaf: X509Certificate,
  { owner: { name, trustDomain }, now }: { owner: Owner; now: number },
): ServiceCertificate {
  try {
    const own = readServiceCertificate(leaf.raw, { trustDomain });
    if (own.name !== name) throw new CertificateError('san_foreign', { detail: own.name });
    requireTime(own, now);
    return own;
  } catch (error) {
    const { message } = error as CertificateError;
    return refuse(files, 'certificate', `${message}; it must be for ${spiffeId(trustDomain, name)}`);
  }
}

/** @throws CertificateError outside its time */
export function requireTime({ notBefore, notAfter }: ServiceCertificate, now: number): void {
  if (now < notBefore) throw new CertificateError('not_yet_valid', { detail: day(notBefore) });
  if (now >= notAfter) throw new CertificateError('expired', { detail: day(notAfter) });
}

const day = (at: number) => new Date(at).toISOString();

function requireKey(files: CredentialFiles, leaf: X509Certificate): void {
  let belongs = false;
  try {
    belongs = leaf.checkPrivateKey(createPrivateKey(files.key));
  } catch {
    refuse(files, 'key', 'it does not hold a private key in PEM without a passphrase');
  }
  if (!belongs) refuse(files, 'key', `it does not belong to ${fileNames.certificate}`);
}

/** Whether TLS on the other side, with the same authorities, will find a way; told here where it can be said. */
function leadsTo(
  authorities: readonly X509Certificate[],
  { leaf, intermediates }: { leaf: X509Certificate; intermediates: readonly X509Certificate[] },
): boolean {
  let current: X509Certificate | undefined = leaf;
  for (let steps = 0; current && steps <= intermediates.length; steps++) {
    const subject: X509Certificate = current;
    if (authorities.some((authority) => hasIssued(authority, subject))) return true;
    current = intermediates.find((one) => one.ca && hasIssued(one, subject));
  }
  return false;
}

const hasIssued = (issuer: X509Certificate, subject: X509Certificate) =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

function listIn(files: CredentialFiles, authorities: readonly X509Certificate[]): RevocationList | undefined {
  try {
    return files.list && readRevocationLists(files.list, authorities);
  } catch (error) {
    return refuse(files, 'list', (error as Error).message);
  }
}

const remedies: Record<keyof typeof fileNames, string> = {
  certificate: 'Issue it anew (`latchkey certs issue`, or what issues your certificates).',
  key: 'Write both files of one issue.',
  authorities: 'Put the certificates of the authorities there, and nothing else.',
  list: 'Publish the list again (`latchkey certs renew`, or what issues your certificates).',
};

function refuse({ folder }: CredentialFiles, which: keyof typeof fileNames, what: string): never {
  throw new ConfigError([`${join(folder, fileNames[which])} cannot be used: ${what}. ${remedies[which]}`]);
}

const oneLine = (subject: string | undefined) => (subject ?? '').replaceAll('\n', ', ');
