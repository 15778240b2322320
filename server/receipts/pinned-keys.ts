import { receiptLifetime } from './receipt.ts';
import { type PublicKeyJwk, type ReceiptKeyRepository, standingOf } from './receipt-key.ts';

export type PinnedKey = PublicKeyJwk & { kid: string };

/**
 * The public keys whose receipts a provider believes: the current one and the next. Asked again now and then, and
 * when a receipt names a key that is not among them.
 */
export type ReceiptKeys = () => Promise<readonly PinnedKey[]>;

/** In one process with the passkey manager, its own keys. What one signed just before it was retired still counts. */
export function receiptKeysOf(
  receiptKeys: Pick<ReceiptKeyRepository, 'list'>,
  now: () => number,
): ReceiptKeys {
  return async () => {
    const earliest = now() - receiptLifetime * 1000;
    return standingOf(await receiptKeys.list())
      .filter(({ retiredAt }) => retiredAt === undefined || retiredAt > earliest)
      .map(({ id, publicJwk }) => ({ ...publicJwk, kid: id }));
  };
}
