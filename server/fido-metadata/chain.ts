/** The certificates that a blob brings along (`x5c`), judged by RFC 5280 §6.1 as far as it applies to them. */
import { X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate as X509Reader,
} from '../service-identity/x509.ts';
import { MetadataError, type MetadataReason } from './refusal.ts';

/** From the signer's certificate to the root. */
export type Path = readonly [X509Certificate, ...X509Certificate[]];

export interface Trust {
  /** Which roots these are. Numbers of blobs are compared within one authority alone: another one counts its own. */
  authority: string;
  roots: readonly X509Certificate[];
  /** The name that the signer's certificate must be for. */
  signer?: string;
}

const mostCertificates = 6;
/** basicConstraints, keyUsage, extKeyUsage, certificatePolicies, subjectAltName: what is judged, or limits nothing. */
const understood = ['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.32', '2.5.29.17'];

/**
 * The path to a root that is believed, with every rule but those of time.
 * @throws MetadataError
 */
export function judgeChain(x5c: readonly Buffer[], { roots, signer }: Trust): Path {
  const [first, ...others] = x5c.map(parse);
  if (!first) throw new MetadataError('no_certificates');
  if (others.length >= mostCertificates) throw new MetadataError('certificate_rules', { detail: 'too many' });
  const path = toRoot([first, ...others], roots);
  path.slice(0, -1).forEach(requireRules);
  if (signer !== undefined && !isFor(first, signer))
    throw new MetadataError('wrong_signer', { detail: first.subject.replaceAll('\n', ', ').slice(0, 200) });
  return path;
}

function parse(der: Buffer): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    if (certificate.raw.equals(der)) return certificate;
  } catch (cause) {
    throw new MetadataError('certificate_rules', { detail: 'not a certificate', cause });
  }
  throw new MetadataError('certificate_rules', { detail: 'more than a certificate' });
}

/** Each was issued by the next, and the last is a root or was issued by one. */
function toRoot(chain: Path, roots: readonly X509Certificate[]): Path {
  const path: [X509Certificate, ...X509Certificate[]] = [chain[0]];
  for (const next of chain.slice(1)) {
    if (!hasIssued(next, path.at(-1))) throw new MetadataError('chain_broken');
    path.push(next);
  }
  const last = path.at(-1);
  if (path.length > 1 && roots.some((root) => last?.raw.equals(root.raw))) return path;
  const root = roots.find((candidate) => hasIssued(candidate, last));
  if (!root) throw new MetadataError('other_root', { detail: last?.issuer.replaceAll('\n', ', ') ?? '' });
  return [...path, root];
}

function hasIssued(issuer: X509Certificate, issued: X509Certificate | undefined): boolean {
  try {
    return issued?.checkIssued(issuer) === true && issued.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** @param index in the path: the signer's is the first. */
function requireRules(certificate: X509Certificate, index: number): void {
  const refuse = (detail: string) => new MetadataError('certificate_rules', { detail });
  const { extensions, signatureAlgorithm } = read(certificate);
  const types = extensions.map(({ type }) => type);
  if (new Set(types).size !== types.length) throw refuse('an extension twice');
  const strange = extensions.find(({ critical, type }) => critical && !understood.includes(type));
  if (strange) throw refuse(`critical extension ${strange.type}`);
  // The library's own type leans on the DOM's, which is not here.
  const { hash } = signatureAlgorithm as { hash?: { name: string } };
  if (hash && !/^SHA-(256|384|512)$/.test(hash.name)) throw refuse(`signed with ${hash.name}`);
  if (!isStrong(certificate)) throw refuse('a weak key');
  if (index === 0) requireSigner(extensions, refuse);
  else requireAuthority(extensions, index, refuse);
}

function read(certificate: X509Certificate): X509Reader {
  try {
    return new X509Reader(certificate.raw);
  } catch (cause) {
    throw new MetadataError('certificate_rules', { detail: 'not a certificate', cause });
  }
}

function isStrong({ publicKey }: X509Certificate): boolean {
  const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
  return publicKey.asymmetricKeyType === 'rsa' ? modulusLength >= 2048 : publicKey.asymmetricKeyType === 'ec';
}

type Refuse = (detail: string) => MetadataError;

function requireSigner(extensions: readonly Extension[], refuse: Refuse): void {
  if (constraintsOf(extensions)?.ca) throw refuse('signed by an authority');
  const usages = usagesOf(extensions);
  if (usages !== undefined && !(usages & KeyUsageFlags.digitalSignature))
    throw refuse('the key is not for signatures');
}

function requireAuthority(extensions: readonly Extension[], index: number, refuse: Refuse): void {
  const constraints = constraintsOf(extensions);
  if (!constraints?.ca) throw refuse('issued by no authority');
  if ((constraints.pathLength ?? index) < index - 1) throw refuse('more authorities than allowed');
  const usages = usagesOf(extensions) ?? KeyUsageFlags.keyCertSign;
  if (!(usages & KeyUsageFlags.keyCertSign)) throw refuse('issued by an authority that may not');
}

function constraintsOf(extensions: readonly Extension[]): BasicConstraintsExtension | undefined {
  return extensions.find((extension) => extension instanceof BasicConstraintsExtension);
}

function usagesOf(extensions: readonly Extension[]): number | undefined {
  return extensions.find((extension) => extension instanceof KeyUsagesExtension)?.usages;
}

/**
 * By its alternative names; where it has none, by its common name. Names are read one by one: in the platform's one line
 * for all of them, one may be written within another.
 */
function isFor(certificate: X509Certificate, wanted: string): boolean {
  const names = read(certificate).getExtension(SubjectAlternativeNameExtension)?.names.items;
  const found = names
    ? names.filter(({ type }) => type === 'dns').map(({ value }) => value)
    : [...certificate.subject.matchAll(/^CN=(.*)$/gm)].map(([, name]) => name);
  return found.includes(wanted);
}

/** A stretch of time, epoch milliseconds. */
interface Stretch {
  from: number;
  to: number;
}

/** Whether there was a moment within it at which the whole path was valid. @throws MetadataError */
export function requireValid(path: Path, { from, to }: Stretch, otherwise?: MetadataReason): void {
  const notBefore = Math.max(...path.map((certificate) => certificate.validFromDate.getTime()));
  const notAfter = Math.min(...path.map((certificate) => certificate.validToDate.getTime()));
  const detail = `${day(notBefore)} to ${day(notAfter)}`;
  if (!(notBefore <= to)) throw new MetadataError(otherwise ?? 'certificate_not_yet_valid', { detail });
  if (!(notAfter >= from && notAfter >= notBefore))
    throw new MetadataError(otherwise ?? 'certificate_expired', { detail });
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);
