/** An authority that signs FIDO metadata, well or badly, for tests. */
import { createSign, randomBytes, webcrypto } from 'node:crypto';
import { pemOf } from '../service-identity/pem.ts';
import {
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '../service-identity/x509.ts';

const day = 24 * 60 * 60 * 1000;
const usual = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate of the chain; everything has a sound default. Times are epoch milliseconds. */
export interface CertificateShape {
  notBefore?: number;
  notAfter?: number;
  ca?: boolean;
  pathLength?: number;
  keyUsages?: number;
  dns?: string;
  hash?: 'SHA-1';
  /** Where its authority's list of revoked certificates is. */
  crl?: string;
  extensions?: readonly Extension[];
}

export interface MetadataAuthority {
  /** PEM, for `LATCHKEY_FIDO_METADATA_ROOTS`. */
  roots: string;
  signer: Signer;
  /** Another signer below the same root. */
  issue(shapes?: { signer?: CertificateShape; intermediate?: CertificateShape }): Promise<Signer>;
  /** What the intermediate authority of a signer has revoked, DER. */
  crl(signer: Signer, serialNumbers: readonly string[]): Promise<Buffer>;
}

export interface Signer {
  serialNumber: string;
  /** Base64 DER: the signer's, and that of the authority between it and the root. */
  x5c: readonly string[];
  /** A compact JWS. */
  sign(payload: unknown, header?: Record<string, unknown>): string;
  intermediate: Issued;
}

interface Issued {
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

export async function createMetadataAuthority(): Promise<MetadataAuthority> {
  const keys = await generateKeys();
  const root: Issued = {
    keys,
    certificate: await X509CertificateGenerator.createSelfSigned({
      serialNumber: randomSerial(),
      name: [{ CN: [`metadata root ${randomSerial()}`] }],
      notBefore: new Date(Date.now() - 4000 * day),
      notAfter: new Date(Date.now() + 4000 * day),
      keys,
      signingAlgorithm: usual,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    }),
  };
  const issue: MetadataAuthority['issue'] = async (shapes = {}) => {
    const authority = { ca: true, keyUsages: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign };
    const intermediate = await issueFrom(root, { ...authority, ...shapes.intermediate });
    return signerOf(await issueFrom(intermediate, shapes.signer ?? {}), intermediate);
  };
  return {
    roots: pemOf(root.certificate.rawData, 'CERTIFICATE'),
    signer: await issue(),
    issue,
    crl: ({ intermediate }, serialNumbers) => listOf(intermediate, serialNumbers),
  };
}

async function issueFrom(issuer: Issued, shape: CertificateShape): Promise<Issued> {
  const keys = await generateKeys();
  const { ca = false, pathLength, keyUsages = KeyUsageFlags.digitalSignature, hash = 'SHA-256' } = shape;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: [{ CN: [`metadata ${randomSerial()}`] }],
    issuer: issuer.certificate.subjectName,
    notBefore: new Date(shape.notBefore ?? Date.now() - 400 * day),
    notAfter: new Date(shape.notAfter ?? Date.now() + 400 * day),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: { ...usual, hash },
    extensions: [
      new BasicConstraintsExtension(ca, pathLength, true),
      new KeyUsagesExtension(keyUsages, true),
      ...(shape.dns ? [new SubjectAlternativeNameExtension([{ type: 'dns', value: shape.dns }])] : []),
      ...(shape.crl ? [new CRLDistributionPointsExtension([shape.crl])] : []),
      ...(shape.extensions ?? []),
    ],
  });
  return { certificate, keys };
}

async function signerOf({ certificate, keys }: Issued, intermediate: Issued): Promise<Signer> {
  const x5c = [certificate, intermediate.certificate].map(({ rawData }) =>
    Buffer.from(rawData).toString('base64'),
  );
  const key = pemOf(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return {
    serialNumber: certificate.serialNumber,
    x5c,
    intermediate,
    sign(payload, header = {}) {
      const parts = [{ alg: 'ES256', typ: 'JWT', x5c, ...header }, payload].map((part) =>
        (Buffer.isBuffer(part) ? part : Buffer.from(JSON.stringify(part))).toString('base64url'),
      );
      const signed = parts.join('.');
      const signature = createSign('sha256').update(signed).sign({ key, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
  };
}

async function listOf({ certificate, keys }: Issued, serialNumbers: readonly string[]): Promise<Buffer> {
  const list = await X509CrlGenerator.create({
    issuer: certificate.subjectName,
    thisUpdate: new Date(Date.now() - day),
    nextUpdate: new Date(Date.now() + day),
    entries: serialNumbers.map((serialNumber) => ({ serialNumber })),
    signingAlgorithm: usual,
    signingKey: keys.privateKey,
  });
  return Buffer.from(list.rawData);
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(usual, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

const randomSerial = () => `4${randomBytes(16).toString('hex').slice(1)}`;
