import { type ReceiptClaims, receiptLifetime } from './receipt.ts';
import type { ReceiptKeyFacts } from './receipt-key.ts';
import { kidOf, openPublicKey, type PublicKey, readSigned } from './signature.ts';

/** Receipts of any time, verified with the key of that time. */
export interface History {
  read(jws: string): Promise<{ claims: ReceiptClaims } | { objection: string }>;
}

/** @param keys every key that has ever signed */
export function createHistory(keys: readonly ReceiptKeyFacts[]): History {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const opened = new Map<string, Promise<PublicKey>>();
  return {
    async read(jws) {
      const key = byId.get(kidOf(jws) ?? '');
      if (!key) return { objection: 'no key of the passkey manager signed it' };
      const { id, publicJwk } = key;
      const publicKey = opened.get(id) ?? openPublicKey({ ...publicJwk, kid: id });
      opened.set(id, publicKey);
      const claims = await readSigned(jws, await publicKey).catch(() => undefined);
      if (!claims) return { objection: 'its signature is not valid' };
      return signedInTime(key, claims) ? { claims } : { objection: 'its key did not sign at that time' };
    },
  };
}

/** Seconds by which instances may differ, and go on with the key before. */
const tolerance = receiptLifetime;

/** A key that was retired signs nothing more: whoever has got hold of it later is found out. */
function signedInTime({ currentAt, retiredAt }: ReceiptKeyFacts, { iat }: ReceiptClaims): boolean {
  if (currentAt === undefined || iat < currentAt / 1000 - tolerance) return false;
  return retiredAt === undefined || iat <= retiredAt / 1000 + tolerance;
}
