/** Certificates of every shape, good and bad, for tests between services. */
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemBlocks, pemOf } from '../service-identity/pem.ts';
import { type ServiceName, spiffeId } from '../service-identity/spiffe-id.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '../service-identity/x509.ts';

/** PEM; the certificate with what leads from it to the root. */
export interface TestCertificate {
  certificate: string;
  key: string;
}

/** What is to be issued; everything but the name has a sound default. Times are epoch milliseconds. */
export interface Shape {
  name: ServiceName;
  serialNumber?: string;
  notBefore?: number;
  notAfter?: number;
  /** In the place of the one SPIFFE id. */
  uris?: readonly string[];
  dns?: readonly string[];
  ca?: boolean;
  keyUsages?: number;
  /** None at all where it is empty. */
  extendedKeyUsages?: readonly string[];
  /** Beside the others. */
  extensions?: readonly Extension[];
}

export interface TestAuthority extends TestCertificate {
  issue(shape: Shape): Promise<TestCertificate>;
  /** A list of revoked serial numbers, PEM; for an hour by default. */
  crl(serialNumbers: readonly string[], options?: ListOptions): Promise<string>;
  /** One below it, whose certificates bring its own along. */
  subordinate(): Promise<TestAuthority>;
}

interface ListOptions {
  nextUpdate?: number;
  extensions?: readonly Extension[];
}

interface Signer {
  trustDomain: string;
  root: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
  algorithm: SigningAlgorithm;
  /** What leads from its certificate to the root, PEM. */
  chain: string;
}

/** As WebCrypto makes keys, with the hash to sign with. */
type SigningAlgorithm = webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | { name: 'Ed25519' };

const usual = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hour = 60 * 60 * 1000;
const authorityUsages = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

/** An authority in memory. `keyUsages` are its own. */
export async function createAuthority({
  trustDomain,
  keyUsages = authorityUsages,
  algorithm = usual,
}: {
  trustDomain: string;
  keyUsages?: number;
  algorithm?: SigningAlgorithm;
}): Promise<TestAuthority> {
  const keys = await generateKeys(algorithm);
  const root = await X509CertificateGenerator.createSelfSigned({
    ...authorityShape(keyUsages),
    keys,
    signingAlgorithm: algorithm,
  });
  return authorityOf({ trustDomain, root, keys, algorithm, chain: '' });
}

function authorityShape(keyUsages: number) {
  return {
    serialNumber: randomSerial(),
    name: [{ CN: [`authority ${randomSerial()}`] }],
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 1000 * hour),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(keyUsages, true),
    ],
  };
}

async function authorityOf(signer: Signer): Promise<TestAuthority> {
  return {
    certificate: pemOf(signer.root.rawData, 'CERTIFICATE'),
    key: await pem(signer.keys.privateKey),
    issue: (shape) => issue(signer, shape),
    crl: (serialNumbers, options) => signList(signer, serialNumbers, options),
    subordinate: () => subordinateOf(signer),
  };
}

async function subordinateOf({ trustDomain, root: above, ...signer }: Signer): Promise<TestAuthority> {
  const keys = await generateKeys();
  const { name, ...shape } = authorityShape(authorityUsages);
  const root = await X509CertificateGenerator.create({
    ...shape,
    subject: name,
    issuer: above.subjectName,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: signer.algorithm,
  });
  const chain = pemOf(root.rawData, 'CERTIFICATE') + signer.chain;
  return authorityOf({ trustDomain, root, keys, algorithm: usual, chain });
}

async function issue(signer: Signer, shape: Shape): Promise<TestCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: shape.serialNumber ?? randomSerial(),
    subject: [{ CN: [shape.name] }],
    issuer: signer.root.subjectName,
    notBefore: new Date(shape.notBefore ?? Date.now() - hour / 60),
    notAfter: new Date(shape.notAfter ?? Date.now() + hour),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: signer.algorithm,
    extensions: await extensionsOf(shape, signer),
  });
  return {
    certificate: pemOf(certificate.rawData, 'CERTIFICATE') + signer.chain,
    key: await pem(keys.privateKey),
  };
}

async function extensionsOf(shape: Shape, { trustDomain, root }: Signer): Promise<Extension[]> {
  const {
    ca = false,
    uris = [spiffeId(trustDomain, shape.name)],
    dns = [],
    keyUsages = KeyUsageFlags.digitalSignature,
    extendedKeyUsages = [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
    extensions = [],
  } = shape;
  const names = [
    ...uris.map((value) => ({ type: 'url', value }) as const),
    ...dns.map((value) => ({ type: 'dns', value }) as const),
  ];
  return [
    new BasicConstraintsExtension(ca, undefined, true),
    new KeyUsagesExtension(keyUsages, true),
    await AuthorityKeyIdentifierExtension.create(root.publicKey),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
    ...(extendedKeyUsages.length > 0 ? [new ExtendedKeyUsageExtension([...extendedKeyUsages])] : []),
    ...extensions,
  ];
}

async function signList(
  { root, keys, algorithm }: Signer,
  serialNumbers: readonly string[],
  { nextUpdate = Date.now() + hour, extensions = [] }: ListOptions = {},
): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: root.subjectName,
    thisUpdate: new Date(Math.min(Date.now(), nextUpdate) - hour),
    nextUpdate: new Date(nextUpdate),
    entries: serialNumbers.map((serialNumber) => ({ serialNumber })),
    extensions: [...extensions],
    signingAlgorithm: algorithm,
    signingKey: keys.privateKey,
  });
  return pemOf(list.rawData, 'X509 CRL');
}

/** Writes the folder of a service; a file whose content is `undefined` is not there afterwards. */
export function writeFolder(
  directory: string,
  name: ServiceName,
  files: TestCertificate & { authorities: string; crl?: string | Buffer | undefined },
): void {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tls.crt'), files.certificate);
  writeFileSync(join(folder, 'tls.key'), files.key, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), files.authorities);
  if (files.crl === undefined) rmSync(join(folder, 'ca.crl'), { force: true });
  else writeFileSync(join(folder, 'ca.crl'), files.crl);
}

/** The first one, PEM to DER. */
export function derOf(certificate: string): Buffer {
  const [der] = pemBlocks(certificate, 'CERTIFICATE');
  if (!der) throw new Error('no certificate');
  return der;
}

async function generateKeys(algorithm: SigningAlgorithm = usual): Promise<webcrypto.CryptoKeyPair> {
  const made = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (!('privateKey' in made)) throw new Error('one key where a pair was wanted');
  return made;
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  return pemOf(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

const randomSerial = () => `4${randomBytes(16).toString('hex').slice(1)}`;
