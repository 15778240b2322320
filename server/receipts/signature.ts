import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import type { PinnedKey } from './pinned-keys.ts';
import { type ReceiptClaims, receiptType } from './receipt.ts';

export type PublicKey = Awaited<ReturnType<typeof importJWK>>;

/** Opened once, used for every receipt. */
export const openPublicKey = ({ kty, crv, x, y }: PinnedKey): Promise<PublicKey> =>
  importJWK({ kty, crv, x, y }, 'ES256');

const text = z.string().max(4096);
const shape = z.strictObject({
  iss: text,
  aud: text,
  jti: z.string().regex(/^[A-Za-z0-9_-]{22,86}$/),
  iat: z.int(),
  exp: z.int(),
  at: z.int(),
  purpose: text,
  interaction: text,
  challengeHash: text,
  userHandle: text,
  passkeyId: text,
  rpId: text,
  origin: text,
  flags: z.strictObject({
    userPresent: z.boolean(),
    userVerified: z.boolean(),
    backupEligible: z.boolean(),
    backedUp: z.boolean(),
  }),
  aaguid: text,
  assurance: z.enum(['confirmed', 'unconfirmed']),
  caller: text,
}) satisfies z.ZodType<ReceiptClaims>;

/** The key that a receipt says it was signed with; `undefined` for what is no receipt. */
export function kidOf(jws: unknown): string | undefined {
  if (typeof jws !== 'string' || jws.length > 16_384) return undefined;
  try {
    const { alg, typ, kid } = decodeProtectedHeader(jws);
    return alg === 'ES256' && typ === receiptType ? kid : undefined;
  } catch {
    return undefined;
  }
}

/** What a receipt says, if this key signed it, whenever that was. @throws Error */
export async function readSigned(jws: string, key: PublicKey): Promise<ReceiptClaims> {
  const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] });
  return shape.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
}
