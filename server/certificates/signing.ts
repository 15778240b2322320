import { randomBytes, webcrypto } from 'node:crypto';
import { plainSerial } from '../service-identity/certificate.ts';
import { pemOf } from '../service-identity/pem.ts';
import { spiffeId } from '../service-identity/spiffe-id.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '../service-identity/x509.ts';
import type { Issued, Register } from './register.ts';

/** PEM. */
export interface KeyAndCertificate {
  certificate: string;
  key: string;
}

/** Whose name and key stand under what is issued. */
export interface Signer {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** An authority for leaves alone: X.509-SVID §4 and RFC 5280 §4.2.1.9. */
export async function signAuthority(input: {
  trustDomain: string;
  notBefore: number;
  notAfter: number;
}): Promise<KeyAndCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    // Two authorities of one trust domain, one after the other, are told apart by name too.
    name: [{ O: [input.trustDomain] }, { CN: [`Latchkey services ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(input.notBefore),
    notAfter: new Date(input.notAfter),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${input.trustDomain}` }]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate.rawData, 'CERTIFICATE'), key: await keyPem(keys.privateKey) };
}

/** A leaf by X.509-SVID: it proves a service on both sides of a connection. */
export async function signLeaf(
  { certificate: authority, key }: Signer,
  { serialNumber, name, notBefore, notAfter, dns }: Issued,
  trustDomain: string,
): Promise<KeyAndCertificate> {
  const keys = await generateKeys();
  const names = [
    { type: 'url', value: spiffeId(trustDomain, name) } as const,
    ...dns.map((value) => ({ type: 'dns', value }) as const),
  ];
  const leaf = await X509CertificateGenerator.create({
    serialNumber,
    subject: [{ O: [trustDomain] }, { CN: [name] }],
    issuer: authority.subjectName,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(names),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return { certificate: pemOf(leaf.rawData, 'CERTIFICATE'), key: await keyPem(keys.privateKey) };
}

/** A day longer than it could be used: clocks differ. */
const longestMemory = 24 * 60 * 60 * 1000;

/** The list of what is revoked and not yet expired, PEM, as RFC 5280 §5 has it. */
export async function signList(
  { certificate, key }: Signer,
  { listNumber, listValidUntil, issued }: Register,
  now: number,
): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: certificate.subjectName,
    thisUpdate: new Date(now),
    nextUpdate: new Date(listValidUntil),
    entries: issued.flatMap(({ serialNumber, revokedAt, notAfter }) =>
      revokedAt === undefined || notAfter < now - longestMemory
        ? []
        : [{ serialNumber, revocationDate: new Date(revokedAt) }],
    ),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(certificate.publicKey),
      new Extension('2.5.29.20', false, derInteger(listNumber)),
    ],
    signingAlgorithm: algorithm,
    signingKey: key,
  });
  return pemOf(list.rawData, 'X509 CRL');
}

/** Random, 128 bits with the two highest fixed: positive, and always of one length (RFC 5280 §4.1.2.2). */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40);
  return plainSerial(bytes.toString('hex'));
}

/** X.690 §8.3: as short as it can be, with a leading zero where it would look negative. */
function derInteger(value: number): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 ? `0${hex}` : hex;
  const content = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
  return Buffer.concat([Buffer.from([0x02, content.length]), content]);
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return pemOf(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
