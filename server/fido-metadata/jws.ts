/** The blob as a compact JWS (RFC 7515 §7.1), signed by the first certificate of its `x5c`. */
import type { KeyObject } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { z } from 'zod';
import { MetadataError } from './refusal.ts';

export interface Jws {
  text: string;
  algorithm: Algorithm;
  /** DER. */
  x5c: readonly Buffer[];
  payload: Buffer;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;
type Algorithm = (typeof algorithms)[number];

const headerSchema = z.looseObject({
  alg: z.string(),
  x5c: z.array(z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/)).optional(),
});

/** Takes it apart; nothing is believed yet. @throws MetadataError */
export function readJws(text: string): Jws {
  const [head = '', payload, signature, ...more] = text.split('.');
  const header = readHeader(head);
  if (more.length > 0 || [payload, signature].some((part) => part && !/^[\w-]+$/.test(part)))
    throw new MetadataError('not_a_blob');
  if (!payload || !signature || signature.length % 4 === 1) throw new MetadataError('truncated');
  const { alg, x5c = [] } = header;
  const algorithm = algorithms.find((allowed) => allowed === alg);
  if (!algorithm) throw new MetadataError('algorithm_not_allowed', { detail: alg.slice(0, 40) });
  if ('crit' in header || 'b64' in header)
    throw new MetadataError('not_a_blob', { detail: 'a header that changes its meaning' });
  if (x5c.length === 0) throw new MetadataError('no_certificates');
  const der = x5c.map((each) => Buffer.from(each, 'base64'));
  const bytes = Buffer.from(payload, 'base64url');
  // There is one way to write it: what is kept is the bytes.
  if (bytes.toString('base64url') !== payload) throw new MetadataError('not_a_blob');
  return { text, algorithm, x5c: der, payload: bytes };
}

function readHeader(head: string): z.infer<typeof headerSchema> {
  try {
    if (/^[\w-]+$/.test(head))
      return headerSchema.parse(JSON.parse(Buffer.from(head, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new MetadataError('not_a_blob', { cause });
  }
  throw new MetadataError('not_a_blob');
}

/** How long a signature is (RFC 7518 §3.4); of RSA, as long as the key. */
const ellipticBytes: Partial<Record<Algorithm, number>> = { ES256: 64, ES384: 96, ES512: 132 };

/** @throws MetadataError */
export async function verifySignature({ text, algorithm }: Jws, key: KeyObject): Promise<void> {
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const bytes = Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url').length;
  if (bytes < (ellipticBytes[algorithm] ?? modulusLength / 8)) throw new MetadataError('truncated');
  try {
    await compactVerify(text, key, { algorithms: [algorithm] });
  } catch (cause) {
    const fits = cause instanceof errors.JWSSignatureVerificationFailed;
    const detail = fits ? undefined : `${algorithm} with another key`;
    throw new MetadataError('signature_wrong', { cause, ...(detail && { detail }) });
  }
}
