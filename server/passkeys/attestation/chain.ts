import { hash, X509Certificate as PlatformCertificate } from 'node:crypto';
import { KeyUsageFlags } from '../../service-identity/x509.ts';
import { refuse } from '../refusal.ts';
import { basicConstraintsOf, type Certificate, keyUsagesOf, readExtensions } from './certificate.ts';
import type { Chain } from './statement.ts';

/** Subject key id, key usage, alternative names, basic constraints, distribution points, policies, authority, extended usage. */
const understood = ['14', '15', '17', '18', '19', '31', '32', '35', '37'].map((number) => `2.5.29.${number}`);

/**
 * Checks a chain by itself (RFC 5280 §6.1): each certificate is valid now and signed by the next, which is an
 * authority for so many below it. Whose root it is, is another question.
 * @param now epoch milliseconds
 */
export function checkChain(chain: Chain, now: number): void {
  const path = pathOf(chain);
  for (const certificate of path) checkOne(certificate, now);
  chain.slice(1).forEach((issuer, below) => {
    const isIntermediate = below + 1 < path.length;
    if (isIntermediate && !isAuthority(issuer, below)) refuse('attestation_issuer_not_ca');
    if (!hasIssued(issuer.platform, chain[below])) refuse('attestation_chain_broken');
  });
}

/**
 * Without the root's own copy at the end: of an anchor only name and key count (RFC 5280 §6.1.1 d), so that a copy from
 * before the root was renewed does no harm.
 */
function pathOf(chain: Chain): readonly Certificate[] {
  const last = chain.at(-1);
  const isRoot = chain.length > 1 && last?.platform.subject === last?.platform.issuer;
  return isRoot ? chain.slice(0, -1) : chain;
}

function checkOne({ platform, extensions }: Certificate, now: number): void {
  if (platform.validFromDate.getTime() > now) refuse('attestation_certificate_not_yet_valid');
  if (platform.validToDate.getTime() < now) refuse('attestation_certificate_expired');
  const isUnknown = extensions.some(({ type, critical }) => critical && !understood.includes(type));
  if (isUnknown) refuse('attestation_extension_critical');
}

/** @param below how many authorities are between it and the leaf */
function isAuthority(issuer: Pick<Certificate, 'extensions'>, below: number): boolean {
  const constraints = basicConstraintsOf(issuer);
  const usages = keyUsagesOf(issuer) ?? KeyUsageFlags.keyCertSign;
  const mayCertify = (usages & KeyUsageFlags.keyCertSign) !== 0;
  return constraints?.ca === true && mayCertify && below <= (constraints.pathLength ?? below);
}

/**
 * Names fit, and so does the signature. Key identifiers are for finding an issuer among many, which is not done here:
 * some TPMs in use have broken ones, over which OpenSSL's own comparison stumbles.
 */
function hasIssued(issuer: PlatformCertificate, certificate: Certificate | undefined): boolean {
  if (certificate?.platform.issuer !== issuer.subject) return false;
  try {
    return certificate.platform.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

export interface Anchor {
  der: Buffer;
  /** Where its own dates count, too: epoch milliseconds. Metadata that is in force speaks for its roots by itself. */
  validAt?: number;
}

export interface FoundAnchor {
  certificate: PlatformCertificate;
  /** What it vouches for. What else came along is of no concern: anybody may have made it. */
  below: readonly Certificate[];
}

/**
 * Finds the certificate that a chain goes back to: a root, an intermediate, or the very leaf (FIDO Metadata Statements
 * §4, `attestationRootCertificates`).
 */
export function findAnchor(chain: Chain, anchors: readonly Anchor[]): FoundAnchor | undefined {
  const path = pathOf(chain);
  for (const { der, validAt } of anchors) {
    const anchor = readAnchor(der);
    if (!anchor || (validAt !== undefined && !isValid(anchor, validAt))) continue;
    const own = path.findIndex((certificate) => certificate.der.equals(der));
    if (own >= 0) return { certificate: anchor, below: path.slice(0, own) };
    const last = path.findIndex((certificate, below) => vouches(anchor, { certificate, below }));
    if (last >= 0) return { certificate: anchor, below: path.slice(0, last + 1) };
  }
  return undefined;
}

/** SHA-256 of the public key, base64url: a root that is renewed keeps it. */
export function keyFingerprint({ publicKey }: Pick<PlatformCertificate, 'publicKey'>): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'base64url');
}

/** Of those that can be read. */
export function keyFingerprints(anchors: readonly Anchor[]): ReadonlySet<string> {
  const read = anchors.flatMap(({ der }) => readAnchor(der) ?? []);
  return new Set(read.map(keyFingerprint));
}

function readAnchor(der: Buffer): PlatformCertificate | undefined {
  try {
    return new PlatformCertificate(der);
  } catch {
    return undefined;
  }
}

function isValid({ validFromDate, validToDate }: PlatformCertificate, at: number): boolean {
  return validFromDate.getTime() <= at && at <= validToDate.getTime();
}

/** Some roots in the metadata are no authorities by their extensions, or older than those: they have none then. */
function vouches(
  anchor: PlatformCertificate,
  { certificate, below }: { certificate: Certificate; below: number },
): boolean {
  if (!hasIssued(anchor, certificate)) return false;
  try {
    const issuer = { extensions: readExtensions(anchor.raw) };
    return basicConstraintsOf(issuer) === undefined || isAuthority(issuer, below);
  } catch {
    return false;
  }
}
