import { type ReceiptClaims, receiptLifetime } from './receipt.ts';
import type { PublicKeyJwk, ReceiptKeyFacts } from './receipt-key.ts';
import { kidOf, openPublicKey, type PublicKey, readSigned } from './signature.ts';

/** Receipts of any time, verified with the key of that time. */
export interface History {
  read(jws: string): Promise<{ claims: ReceiptClaims } | { objection: string }>;
}

export const neverPinned = 'its key was never pinned here';

/**
 * @param keys every key that has ever signed, as the passkey manager says
 * @param pinned where it is elsewhere, every key that was ever pinned: no other counts, and these as they were pinned
 */
export function createHistory(
  keys: readonly ReceiptKeyFacts[],
  pinned?: ReadonlyMap<string, PublicKeyJwk>,
): History {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const opened = new Map<string, Promise<PublicKey>>();
  return {
    async read(jws) {
      const kid = kidOf(jws) ?? '';
      if (kid && pinned && !pinned.has(kid)) return { objection: neverPinned };
      const key = byId.get(kid);
      if (!key) return { objection: 'no key of the passkey manager signed it' };
      const { id } = key;
      const publicJwk = pinned?.get(id) ?? key.publicJwk;
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
