import { constants, verify, type X509Certificate } from 'node:crypto';
import { plainSerial } from './certificate.ts';
import { elements } from './der.ts';
import { pemBlocks } from './pem.ts';
import { KeyUsageFlags, KeyUsagesExtension, X509Crl, X509Certificate as X509Reader } from './x509.ts';

/** What the lists of the authorities say together. */
export interface RevocationList {
  isRevoked(serialNumber: string): boolean;
  /** When the first of them must have been replaced, epoch milliseconds. */
  validUntil: number;
}

/**
 * Reads one list in DER, or one or more in PEM. Each must be signed by one of `authorities`.
 * @throws Error with half a sentence: what is wrong with it
 */
export function readRevocationLists(file: Buffer, authorities: readonly X509Certificate[]): RevocationList {
  const blocks = file[0] === 0x30 ? [file] : pemBlocks(file.toString('latin1'), 'X509 CRL');
  if (blocks.length === 0) throw new Error('it holds no revocation list, neither in PEM nor in DER');
  const lists = blocks.map((der) => readOne(der, authorities));
  const serials = new Set(lists.flatMap((list) => list.serials));
  return {
    isRevoked: (serialNumber) => serials.has(serialNumber),
    validUntil: Math.min(...lists.map((list) => list.validUntil)),
  };
}

function readOne(der: Buffer, authorities: readonly X509Certificate[]) {
  const list = parse(der);
  if (!authorities.some((authority) => hasSigned(authority, list, der)))
    throw new Error('no authority in ca.crt that may sign revocation lists has signed it');
  const partial = list.extensions.find((extension) => extension.critical && !coversLeaves(extension));
  if (partial) throw new Error(`it is not a whole list: it has the critical extension ${partial.type}`);
  if (!list.nextUpdate) throw new Error('it does not say when the next one comes');
  return {
    serials: list.entries.map(({ serialNumber }) => plainSerial(serialNumber)),
    validUntil: list.nextUpdate.getTime(),
  };
}

function parse(der: Buffer): X509Crl {
  try {
    return new X509Crl(der);
  } catch (error) {
    throw new Error('it is not a revocation list', { cause: error });
  }
}

/** RFC 5280 §6.3.3 (f) and (g). */
function hasSigned(authority: X509Certificate, list: X509Crl, der: Buffer): boolean {
  const reader = new X509Reader(authority.raw);
  const isIssuer = Buffer.from(reader.subjectName.toArrayBuffer()).equals(
    Buffer.from(list.issuerName.toArrayBuffer()),
  );
  const usages = reader.getExtension(KeyUsagesExtension)?.usages ?? KeyUsageFlags.cRLSign;
  if (!isIssuer || !(usages & KeyUsageFlags.cRLSign)) return false;
  const [signed] = elements(elements(der)[0]?.content ?? Buffer.alloc(0));
  if (!signed) return false;
  // The library's own type leans on the DOM's, which is not here.
  const { name, hash } = list.signatureAlgorithm as { name?: string; hash?: { name: string } };
  const key =
    name === 'RSA-PSS'
      ? { key: authority.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING }
      : authority.publicKey;
  return verify(hash?.name ?? null, signed.whole, key, signatureOf(der));
}

/** As it stands in the list; the library has turned it into the form of WebCrypto. */
function signatureOf(der: Buffer): Buffer {
  const [, , bits] = elements(elements(der)[0]?.content ?? Buffer.alloc(0));
  return bits?.content.subarray(1) ?? Buffer.alloc(0);
}

/**
 * RFC 5280 §5.2.5: a list for one distribution point is whole for us unless it leaves out leaves or reasons, or speaks
 * for other authorities.
 */
function coversLeaves({ type, value }: { type: string; value: ArrayBuffer }): boolean {
  const [distributionPoint, onlyLeaves] = [0xa0, 0x81];
  if (type !== '2.5.29.28') return false;
  const [outer] = elements(Buffer.from(value));
  return elements(outer?.content ?? Buffer.alloc(0)).every(
    ({ tag }) => tag === distributionPoint || tag === onlyLeaves,
  );
}
