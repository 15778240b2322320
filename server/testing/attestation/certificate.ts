/** X.509 certificates of every shape, made at once: some formats put the ceremony itself into one. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { der } from './der.ts';

export type NameAttributes = readonly (readonly [attribute: string, value: string])[];

export interface ExtensionShape {
  oid: string;
  critical?: boolean;
  value: Uint8Array;
}

/** What is to be certified; everything has a sound default. Times are epoch milliseconds. */
export interface CertificateShape {
  /** 3 by default. */
  version: number;
  subject: NameAttributes;
  notBefore: number;
  notAfter: number;
  /** Of the leaf: `false` in its basic constraints by default; `undefined` leaves them out. */
  ca: boolean | undefined;
  extensions: readonly ExtensionShape[];
  /** Signed by a key other than the issuer's. */
  isForged: boolean;
}

export const oids = {
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  alternativeName: '2.5.29.17',
  extendedKeyUsage: '2.5.29.37',
  aaguid: '1.3.6.1.4.1.45724.1.1.4',
  serialNumber: '1.3.6.1.4.1.45724.1.1.2',
} as const;

const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const hour = 60 * 60 * 1000;

export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export const newKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** @returns DER */
export function certify(
  publicKey: KeyObject,
  { name, keys }: { name: NameAttributes; keys: KeyPair },
  { version = 3, isForged = false, ...shape }: Partial<CertificateShape>,
): Buffer {
  const now = Date.now();
  const { subject = [], notBefore = now - hour, notAfter = now + 1000 * hour, extensions = [] } = shape;
  const ca = 'ca' in shape ? shape.ca : false;
  const all = [...(ca === undefined ? [] : [basicConstraints({ ca })]), ...extensions];
  const signed = der.sequence(
    ...(version === 1 ? [] : [der.tagged(0, der.integer(version - 1))]),
    der.integer(Buffer.concat([Buffer.of(0x40), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(name),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(version === 1 ? [] : [der.tagged(3, der.sequence(...all.map(extensionOf)))]),
  );
  const signature = sign('sha256', signed, isForged ? newKeys().privateKey : keys.privateKey);
  return der.sequence(signed, ecdsaWithSha256, der.bits(signature));
}

/** One relative name for each attribute; the country is a PrintableString, as X.520 wants it. */
export function nameOf(attributes: NameAttributes): Buffer {
  const known: Readonly<Record<string, string>> = oids;
  return der.sequence(
    ...attributes.map(([attribute, value]) => {
      const text = attribute === 'C' ? der.printable(value) : der.utf8(value);
      return der.set(der.sequence(der.oid(known[attribute] ?? attribute), text));
    }),
  );
}

function extensionOf({ oid, critical = false, value }: ExtensionShape): Buffer {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

export function basicConstraints({ ca, pathLength }: { ca: boolean; pathLength?: number }): ExtensionShape {
  const members = [
    ...(ca ? [der.boolean(true)] : []),
    ...(pathLength === undefined ? [] : [der.integer(pathLength)]),
  ];
  return { oid: oids.basicConstraints, critical: true, value: der.sequence(...members) };
}

/** `keyCertSign` and `cRLSign`, or `digitalSignature` alone. */
export function keyUsage({ certifies }: { certifies: boolean }): ExtensionShape {
  const value = certifies ? der.bits(Buffer.of(0x06), 1) : der.bits(Buffer.of(0x80), 7);
  return { oid: oids.keyUsage, critical: true, value };
}

export function aaguidExtension(aaguid: string, { critical = false } = {}): ExtensionShape {
  return { oid: oids.aaguid, critical, value: der.octets(Buffer.from(aaguid.replaceAll('-', ''), 'hex')) };
}
