import { type KeyObject, X509Certificate as PlatformCertificate } from 'node:crypto';
import { type Element, elements } from '../../service-identity/der.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  Name,
} from '../../service-identity/x509.ts';
import { refuse } from '../refusal.ts';
import type { Format } from './formats.ts';

/** A certificate of a statement, as two parsers read the same bytes: one judges the chain, the other the fields. */
export interface Certificate {
  der: Buffer;
  platform: PlatformCertificate;
  key: KeyObject;
  /** 3 is X.509v3. */
  version: number;
  /** Of the subject, by their short names: C, O, OU, CN. */
  subject: (attribute: string) => string[];
  isSubjectEmpty: boolean;
  extensions: readonly Extension[];
}

/** Not understood yet. */
export interface Extension {
  /** Object identifier. */
  type: string;
  critical: boolean;
  value: Buffer;
  whole: Buffer;
}

/** Whether a revocation list that this issuer signed, or the vendor of the format keeps, names a certificate. */
export type IsRevoked = (
  certificate: PlatformCertificate,
  issuer: PlatformCertificate,
  format: Format,
) => boolean;

/** Time limits: whoever may make a passkey sends what certificates they like, and each is read while others wait. */
const mostBytes = 16 * 1024;
const mostExtensions = 64;
const mostBytesOfName = 2048;
const mostBytesUnderstood = 1024;

export function readCertificate(bytes: unknown): Certificate {
  if (!(bytes instanceof Uint8Array) || bytes.length > mostBytes) refuse('attestation_certificate_malformed');
  try {
    return read(Buffer.from(bytes));
  } catch (cause) {
    return refuse('attestation_certificate_malformed', { cause });
  }
}

function read(der: Buffer): Certificate {
  const platform = new PlatformCertificate(der);
  // It reads PEM too, and stops at the end of the first certificate.
  if (!platform.raw.equals(der)) throw new Error('not DER alone');
  const { validFromDate, validToDate, publicKey: key } = platform;
  if (Number.isNaN(validFromDate.getTime()) || Number.isNaN(validToDate.getTime()))
    throw new Error('no validity');
  if (!isQuick(key)) throw new Error('a key that takes its time');
  const subject = subjectOf(der);
  if (subject.length > mostBytesOfName) throw new Error('a subject that is longer than any');
  const extensions = readExtensions(der);
  // RFC 5280 §4.2: each once; otherwise two readers could see two certificates.
  if (new Set(extensions.map(({ type }) => type)).size !== extensions.length)
    throw new Error('an extension twice');
  return {
    der,
    platform,
    key,
    version: versionOf(der),
    subject: (attribute) => new Name(subject).getField(attribute),
    // An empty sequence.
    isSubjectEmpty: subject.length === 2,
    extensions,
  };
}

/** No root in the metadata has a stranger key; with these, a signature is verified in a millisecond or two. */
function isQuick({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = details;
  if (type === 'rsa') return modulusLength <= 8192 && publicExponent < 2n ** 32n;
  return type === 'ed25519' || (type === 'ec' && namedCurve !== undefined);
}

/** RFC 5280 §4.1.2.1: explicitly tagged, one less than what it is called; absent in version 1. */
function versionOf(der: Buffer): number {
  const version = partOf(der, 0xa0);
  return (version?.content.at(-1) ?? 0) + 1;
}

/**
 * One by one, and none of them understood yet: authenticators in use have certificates with broken extensions that
 * nobody here asks for, and the library reads all or none, in its own time.
 */
export function readExtensions(der: Buffer): Extension[] {
  const all = elements(partOf(der, 0xa3)?.content ?? Buffer.alloc(0));
  if (all.length > mostExtensions) throw new Error('more extensions than any certificate has');
  return all.map(readExtension);
}

/** RFC 5280 §4.1: the identifier, whether it is critical where it is, and the value as an OCTET STRING. */
function readExtension({ content, whole }: Element): Extension {
  const [type, ...others] = elements(content);
  const [value, critical, ...more] = others.toReversed();
  const isRight = type?.tag === 0x06 && value?.tag === 0x04 && (critical?.tag ?? 0x01) === 0x01;
  if (!isRight || more.length > 0) throw new Error('an extension that is none');
  const isCritical = critical?.content.some((byte) => byte !== 0) ?? false;
  return { type: identifierOf(type.content), critical: isCritical, value: value.content, whole };
}

/** X.690 §8.19: base 128, and the first two numbers in one. */
function identifierOf(content: Buffer): string {
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of content) {
    number = (number << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0n;
  }
  const [first = 0n, ...others] = numbers;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...others].join('.');
}

/** The parts of what is signed of a certificate. */
function partsOf(der: Buffer): Element[] {
  const [certificate] = elements(der);
  const [signed] = elements(certificate?.content ?? Buffer.alloc(0));
  return elements(signed?.content ?? Buffer.alloc(0));
}

/** What is in a part of the certificate that has a tag of its own. */
function partOf(der: Buffer, wanted: number): Element | undefined {
  const part = partsOf(der).find(({ tag }) => tag === wanted);
  return elements(part?.content ?? Buffer.alloc(0))[0];
}

/** After the version, where it is told: serial number, algorithm, issuer, validity. */
function subjectOf(der: Buffer): Buffer {
  const [, , , , subject] = partsOf(der).filter(({ tag }) => tag !== 0xa0);
  return subject?.whole ?? Buffer.alloc(0);
}

type Extended = Pick<Certificate, 'extensions'>;

export function findExtension({ extensions }: Extended, type: string): Extension | undefined {
  return extensions.find((extension) => extension.type === type);
}

/** RFC 5280 §4.2.1.9. */
export function basicConstraintsOf(certificate: Extended): BasicConstraintsExtension | undefined {
  const found = findExtension(certificate, '2.5.29.19');
  return found && understand(found, (whole) => new BasicConstraintsExtension(whole));
}

/** RFC 5280 §4.2.1.3: bits of `KeyUsageFlags`. */
export function keyUsagesOf(certificate: Extended): number | undefined {
  const found = findExtension(certificate, '2.5.29.15');
  return found && understand(found, (whole) => new KeyUsagesExtension(whole)).usages;
}

/** RFC 5280 §4.2.1.12: object identifiers. */
export function extendedUsagesOf(certificate: Extended): readonly string[] {
  const found = findExtension(certificate, '2.5.29.37');
  return found ? understand(found, (whole) => new ExtendedKeyUsageExtension(whole)).usages.map(String) : [];
}

function understand<T>({ whole }: Extension, read: (whole: Buffer) => T): T {
  if (whole.length > mostBytesUnderstood) refuse('attestation_certificate_malformed');
  try {
    return read(whole);
  } catch (cause) {
    return refuse('attestation_certificate_malformed', { cause });
  }
}

/** `id-fido-gen-ce-aaguid` and `id-fido-gen-ce-sernum`. */
const fidoExtensions = { aaguid: '1.3.6.1.4.1.45724.1.1.4', serialNumber: '1.3.6.1.4.1.45724.1.1.2' };

/** Whether it tells which model it is for. */
export const tellsModel = (leaf: Extended): boolean =>
  findExtension(leaf, fidoExtensions.aaguid) !== undefined;

/** What WebAuthn L3 §8.2.1 and §8.3.1 ask of the leaf alike. */
export function checkLeaf(leaf: Certificate, { aaguid }: { aaguid: string }): void {
  if (leaf.version !== 3) refuse('attestation_certificate_version');
  if (basicConstraintsOf(leaf)?.ca !== false || leaf.platform.ca) refuse('attestation_certificate_ca');
  const model = findExtension(leaf, fidoExtensions.aaguid);
  if (model?.critical || findExtension(leaf, fidoExtensions.serialNumber)?.critical)
    refuse('attestation_extension_critical');
  // 16 bytes, wrapped in two OCTET STRINGs, of which the outer one is every extension's.
  const expected = Buffer.from(`0410${aaguid.replaceAll('-', '')}`, 'hex');
  if (model && !model.value.equals(expected)) refuse('attestation_aaguid_mismatch');
}
