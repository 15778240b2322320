/** Where blobs come from: an address or a file. */
import { readFile, stat } from 'node:fs/promises';
import { type Dispatcher, request } from 'undici';
import { largestBlob } from './blob.ts';
import { MetadataError } from './refusal.ts';
import { isAddress } from './schedule.ts';

export interface Limits {
  bytes: number;
  /** From the question to the last byte. */
  ms: number;
}

export const usualLimits: Limits = { bytes: largestBlob, ms: 120_000 };

/** What was there when the source was asked before. */
export interface Validators {
  etag?: string;
  lastModified?: string;
}

export interface Download extends Validators {
  text: string;
}

interface Ask {
  /** An address, or the path of a file. */
  source: string;
  validators: Validators;
  limits: Limits;
  /** @param share 0–1 */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** @returns `undefined` where nothing is new @throws MetadataError */
export function askSource(ask: Ask): Promise<Download | undefined> {
  return isAddress(ask.source) ? download(ask) : readLocal(ask);
}

async function readLocal({ source, validators, limits }: Ask): Promise<Download | undefined> {
  try {
    const { mtime, size } = await stat(source);
    const etag = `${mtime.getTime()}-${size}`;
    if (validators.etag === etag) return undefined;
    if (size > limits.bytes) throw new MetadataError('too_large', { detail: `${size} bytes` });
    return { text: await readFile(source, 'latin1'), etag };
  } catch (error) {
    if (error instanceof MetadataError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new MetadataError('file_unreadable', { detail: `${source}: ${code}`, cause: error });
  }
}

/** FIDO's own, those of stores of files, and those that the RFCs have for a JWS. */
const contentTypes = [
  'application/octet-stream',
  'binary/octet-stream',
  'application/jose',
  'application/jwt',
  'text/plain',
];

async function download(ask: Ask): Promise<Download | undefined> {
  const { etag, lastModified } = ask.validators;
  const headers = {
    accept: '*/*',
    'user-agent': 'latchkey',
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
  return within(ask, async (signal) => {
    const answer = await get(ask.source, { headers, signal });
    if (answer.statusCode === 304) return void (await answer.body.dump());
    try {
      refuseOther(answer);
      const text = await readBody(answer, ask);
      const [tag, modified] = [answer.headers.etag, answer.headers['last-modified']];
      return {
        text,
        ...(typeof tag === 'string' && { etag: tag.slice(0, 256) }),
        ...(typeof modified === 'string' && { lastModified: modified.slice(0, 64) }),
      };
    } catch (error) {
      // What was not read is not waited for.
      answer.body.on('error', () => {}).destroy();
      throw error;
    }
  });
}

/** Ends in time, whatever it waits for. */
async function within<T>(
  { limits, signal: stopping }: Pick<Ask, 'limits' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(limits.ms);
  try {
    return await work(stopping ? AbortSignal.any([late, stopping]) : late);
  } catch (cause) {
    if (cause instanceof MetadataError) throw cause;
    if (late.aborted) throw new MetadataError('too_slow', { detail: `${limits.ms / 1000} s`, cause });
    const reason = isTimeout(cause) ? 'too_slow' : isCutOff(cause) ? 'truncated' : 'unreachable';
    throw new MetadataError(reason, { detail: codeOf(cause), cause });
  }
}

const isTimeout = (error: unknown) => /^UND_ERR_.*TIMEOUT$/.test(codeOf(error));

/** No redirect is followed, and no proxy of the environment asked. */
function get(url: string, options: { headers: Record<string, string>; signal: AbortSignal }) {
  return request(url, { ...options, method: 'GET', headersTimeout: 30_000, bodyTimeout: 30_000 });
}

function refuseOther({ statusCode, headers }: Dispatcher.ResponseData): void {
  if (statusCode >= 300 && statusCode < 400)
    throw new MetadataError('redirect', { detail: `to ${String(headers.location).slice(0, 200)}` });
  if (statusCode !== 200) throw new MetadataError('wrong_status', { detail: String(statusCode) });
  const type = String(headers['content-type'] ?? contentTypes[0])
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  if (!contentTypes.includes(type ?? ''))
    throw new MetadataError('wrong_content_type', { detail: type ?? '' });
}

/** Stops at the limit, whatever is said of the length. */
async function readBody({ headers, body }: Dispatcher.ResponseData, ask: Ask): Promise<string> {
  const { limits, onProgress = () => {} } = ask;
  const announced = Number(headers['content-length'] ?? 0);
  const tooLarge = (bytes: number) => new MetadataError('too_large', { detail: `${bytes} bytes` });
  if (announced > limits.bytes) throw tooLarge(announced);
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > limits.bytes) throw tooLarge(received);
    chunks.push(chunk);
    onProgress(announced > 0 ? received / announced : 0);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** The answer had begun, and did not come to its end. */
function isCutOff(error: unknown): boolean {
  return ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_SOCKET', 'ECONNRESET'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

/** A list of revoked certificates. Rejects where it is not to be had. */
export async function fetchList(url: string, limits: Limits): Promise<Buffer> {
  return within({ limits }, async (signal) => {
    const answer = await get(url, { headers: {}, signal });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new MetadataError('wrong_status');
    }
    return Buffer.from(await readBody(answer, { source: url, validators: {}, limits }), 'latin1');
  });
}
