/** A signed blob: verified, and packed to be kept. */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { judgeChain, type Path, requireValid, type Trust } from './chain.ts';
import { readJws, verifySignature } from './jws.ts';
import { type Payload, readPayload } from './payload.ts';
import { MetadataError } from './refusal.ts';
import { type RevocationSources, requireNotRevoked } from './revocation.ts';

/** The real one has 12.4 million characters, and 2 million packed. */
export const largestBlob = 20_000_000;
/** A document of MongoDB holds 16 MiB. */
const largestPacked = 15_000_000;

const day = 24 * 60 * 60 * 1000;
/** A blob is issued this long before its next update at most: FIDO's come every month, others may take a quarter. */
const issuePeriod = 92 * day;

/**
 * A blob that comes new: its chain is judged as of now, and lists of revoked certificates are asked.
 * @returns with it, addresses of lists that could not be had
 * @throws MetadataError
 */
export async function verifyNew(
  text: string,
  { trust, highest, revocation }: { trust: Trust; highest: number; revocation: RevocationSources },
): Promise<{ payload: Payload; listsMissing: string[] }> {
  const { jws, path } = judge(text, trust);
  requireValid(path, { from: revocation.now, to: revocation.now });
  await verifySignature(jws, path[0].publicKey);
  const payload = await readPayload(jws.payload);
  requireValidWhenIssued(path, payload);
  if (payload.no < highest) throw new MetadataError('rollback', { detail: `${payload.no} after ${highest}` });
  return { payload, listsMissing: await requireNotRevoked(path, revocation) };
}

/**
 * A blob that was taken before: certificates run out while it is kept, so its chain is judged as of the time that it
 * must have been issued in. Who keeps an old signer's key makes nothing younger with it.
 * @throws MetadataError
 */
export async function verifyKept(
  text: string,
  { trust, highest }: { trust: Trust; highest: number },
): Promise<Payload> {
  const { jws, path } = judge(text, trust);
  await verifySignature(jws, path[0].publicKey);
  const payload = await readPayload(jws.payload);
  requireValidWhenIssued(path, payload);
  if (payload.no < highest) throw new MetadataError('rollback', { detail: `${payload.no} after ${highest}` });
  return payload;
}

function judge(text: string, trust: Trust) {
  if (text.length > largestBlob)
    throw new MetadataError('too_large', { detail: `${text.length} characters` });
  const jws = readJws(text.trim());
  return { jws, path: judgeChain(jws.x5c, trust) };
}

function requireValidWhenIssued(path: Path, { nextUpdate }: Payload): void {
  requireValid(path, { from: nextUpdate - issuePeriod, to: nextUpdate + day }, 'certificate_of_another_time');
}

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/**
 * Small, and exactly what was signed: the payload without its base64url, which says the same in a third more, and
 * compressed.
 * @throws MetadataError `too_large` for what is nothing but noise
 */
export async function packBlob(text: string): Promise<string> {
  const [head = '', payload = '', signature = ''] = text.trim().split('.');
  const params = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const packed = await compress(Buffer.from(payload, 'base64url'), { params });
  const whole = [head, packed.toString('base64url'), signature].join('.');
  if (whole.length > largestPacked)
    throw new MetadataError('too_large', { detail: `${whole.length} characters, compressed` });
  return whole;
}

/** @throws MetadataError where it was damaged */
export async function unpackBlob(packed: string): Promise<string> {
  const [head = '', payload = '', signature = ''] = packed.split('.');
  try {
    const bytes = await decompress(Buffer.from(payload, 'base64url'), { maxOutputLength: largestBlob });
    return [head, bytes.toString('base64url'), signature].join('.');
  } catch (cause) {
    throw new MetadataError('truncated', { cause });
  }
}
