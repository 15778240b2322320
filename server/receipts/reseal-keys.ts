import { resealKeys } from '../secret/reseal.ts';
import type { Secret } from '../secret/secret.ts';
import { receiptKeyContext } from './keys.ts';
import { isOwn, type ReceiptKeyRepository } from './receipt-key.ts';
import { pinnedKeyContext } from './remembered-keys.ts';

/** Brings own and pinned keys under the current secret; resolves to how many it was. */
export function resealReceiptKeys({
  receiptKeys,
  secret,
}: {
  receiptKeys: Pick<ReceiptKeyRepository, 'list' | 'reseal'>;
  secret: Pick<Secret, 'keyId' | 'seal' | 'open'>;
}): Promise<number> {
  return resealKeys(secret, receiptKeys, (key) =>
    isOwn(key) ? receiptKeyContext(key.id) : pinnedKeyContext(key.id),
  );
}
