import { createPublicKey, type KeyObject } from 'node:crypto';
import { refuse } from '../refusal.ts';

/** TCG Algorithm Registry §6. */
const alg = { rsa: 0x0001, null: 0x0010, ecc: 0x0023 };
const hashes: Readonly<Record<number, string>> = { 11: 'sha256', 12: 'sha384', 13: 'sha512' };
const curves: Readonly<Record<number, { crv: string; size: number }>> = {
  3: { crv: 'P-256', size: 32 },
  4: { crv: 'P-384', size: 48 },
  5: { crv: 'P-521', size: 66 },
};
/** TPMv2-Part2 §8.3, TPMA_OBJECT: fixedTPM and sensitiveDataOrigin. */
const boundToTpm = 0x22;

/** TPMv2-Part2 §12.2.4, TPMT_PUBLIC. */
export interface PublicArea {
  nameAlgorithm: number;
  /** OpenSSL's name for it. */
  nameHash: string;
  /** Made in this TPM, and never to leave it; one that may be copied is certified as well. */
  isBound: boolean;
  key: KeyObject;
}

/** TPMv2-Part2 §10.12.12, TPMS_ATTEST, as far as WebAuthn looks at it. */
export interface CertificationInfo {
  magic: number;
  type: number;
  extraData: Buffer;
  /** Of the certified object. */
  name: Buffer;
}

export const readPublicArea = (bytes: Buffer): PublicArea => reading(bytes, publicArea);
export const readCertificationInfo = (bytes: Buffer): CertificationInfo => reading(bytes, certificationInfo);

interface Reader {
  uint16(): number;
  uint32(): number;
  take(length: number): Buffer;
  /** With its length in two bytes before it. */
  sized(): Buffer;
}

/** Every byte is read, and none is left. */
function reading<T>(bytes: Buffer, read: (reader: Reader) => T): T {
  let at = 0;
  const take = (length: number) => {
    const taken = bytes.subarray(at, at + length);
    if (taken.length !== length) throw new RangeError('cut off');
    at += length;
    return taken;
  };
  const uint16 = () => take(2).readUInt16BE();
  try {
    const structure = read({
      take,
      uint16,
      uint32: () => take(4).readUInt32BE(),
      sized: () => take(uint16()),
    });
    if (at !== bytes.length) throw new RangeError('bytes are left');
    return structure;
  } catch (cause) {
    return refuse('attestation_tpm_malformed', { cause });
  }
}

function publicArea(reader: Reader): PublicArea {
  const type = reader.uint16();
  const nameAlgorithm = reader.uint16();
  const nameHash = hashes[nameAlgorithm];
  if (nameHash === undefined) throw new Error('a name algorithm that is not accepted');
  const attributes = reader.uint32();
  const isBound = (attributes & boundToTpm) === boundToTpm;
  reader.sized();
  if (type === alg.rsa) return { nameAlgorithm, nameHash, isBound, key: rsaKey(reader) };
  if (type === alg.ecc) return { nameAlgorithm, nameHash, isBound, key: ellipticKey(reader) };
  throw new Error('neither RSA nor ECC');
}

/** TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA. An exponent of 0 is 2^16 + 1. */
function rsaKey(reader: Reader): KeyObject {
  skipSchemes(reader);
  reader.uint16();
  const exponent = reader.uint32() || 0x10001;
  const n = reader.sized().toString('base64url');
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(exponent);
  const e = bytes.subarray(bytes.findIndex((byte) => byte > 0)).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}

/** TPMS_ECC_PARMS and TPMS_ECC_POINT. */
function ellipticKey(reader: Reader): KeyObject {
  skipSchemes(reader);
  const curve = curves[reader.uint16()];
  if (!curve) throw new Error('a curve that is not accepted');
  skipScheme(reader);
  const coordinate = () => {
    const bytes = reader.sized();
    return Buffer.concat([Buffer.alloc(Math.max(0, curve.size - bytes.length)), bytes]).toString('base64url');
  };
  const [x, y] = [coordinate(), coordinate()];
  return createPublicKey({ key: { kty: 'EC', crv: curve.crv, x, y }, format: 'jwk' });
}

/** A key that signs has no symmetric algorithm; a signing scheme comes with its hash. */
function skipSchemes(reader: Reader): void {
  if (reader.uint16() !== alg.null) throw new Error('a symmetric algorithm');
  skipScheme(reader);
}

function skipScheme(reader: Reader): void {
  if (reader.uint16() !== alg.null) reader.uint16();
}

function certificationInfo(reader: Reader): CertificationInfo {
  const magic = reader.uint32();
  const type = reader.uint16();
  reader.sized();
  const extraData = reader.sized();
  // Clock, counts of resets and restarts, whether that is safe; version of the firmware.
  reader.take(17 + 8);
  const name = reader.sized();
  reader.sized();
  return { magic, type, extraData, name };
}
