import { type KeyObject, sign } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import { attestationResults } from './authenticator-facts.ts';
import type { PinnedKey } from './pinned-keys.ts';
import { type ReceiptClaims, receiptType } from './receipt.ts';

export type PublicKey = Awaited<ReturnType<typeof importJWK>>;

/** Opened once, used for every receipt. */
export const openPublicKey = ({ kty, crv, x, y }: PinnedKey): Promise<PublicKey> =>
  importJWK({ kty, crv, x, y }, 'ES256');

const text = z.string().max(4096);
const authenticator = z.strictObject({
  attestation: z.enum(attestationResults),
  vendor: z.string().max(1024).exactOptional(),
  keyProtection: z.array(text),
  statuses: z.array(text),
  attestationTypes: z.array(text).exactOptional(),
  metadata: z.strictObject({ no: z.int(), isCurrent: z.boolean() }).exactOptional(),
});

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
  authenticator: authenticator.exactOptional(),
  uvm: z.array(z.int().min(0)).exactOptional(),
  registeredAt: z.int().exactOptional(),
  assurance: z.enum(['confirmed', 'unconfirmed']),
  caller: text,
}) satisfies z.ZodType<ReceiptClaims>;

/**
 * A receipt as a compact JWS (RFC 7515 §7.1, RFC 7518 §3.4). On this thread, where jose would hand each one to another:
 * that costs as much as the signature.
 */
export function signReceipt(claims: ReceiptClaims, { kid, key }: { kid: string; key: KeyObject }): string {
  const header = { alg: 'ES256', typ: receiptType, kid };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const input = signed.join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

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
