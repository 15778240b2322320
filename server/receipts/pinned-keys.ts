import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StorageError } from '../errors.ts';
import { receiptLifetime } from './receipt.ts';
import { type PublicKeyJwk, type ReceiptKey, type ReceiptKeyRepository, standingOf } from './receipt-key.ts';

export type PinnedKey = PublicKeyJwk & { kid: string };

/**
 * The public keys whose receipts a provider believes: the current one and the next. Asked again now and then, and
 * when a receipt names a key that is not among them.
 */
export type ReceiptKeys = () => Promise<readonly PinnedKey[]>;

/** In one process with the passkey manager, its own keys. */
export function receiptKeysOf(
  receiptKeys: Pick<ReceiptKeyRepository, 'list'>,
  now: () => number,
): ReceiptKeys {
  return async () => toPin(await receiptKeys.list(), now());
}

/** What a provider is to pin at this moment. What a key signed just before it was retired still counts. */
export function toPin(keys: readonly ReceiptKey[], now: number): PinnedKey[] {
  const earliest = now - receiptLifetime * 1000;
  return standingOf(keys)
    .filter(({ retiredAt }) => retiredAt === undefined || retiredAt > earliest)
    .map(({ id, publicJwk }) => ({ ...publicJwk, kid: id }));
}

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const keySet = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: coordinate,
        y: coordinate,
        kid: z.string().min(1).max(128),
      }),
    )
    .min(1),
});

/**
 * Keys that were carried over by hand: a JWK Set, as `latchkey receipt-key export` prints it. A change of the file is
 * in force within seconds.
 * @throws StorageError `unreachable` if it cannot be read or is none
 */
export function receiptKeysIn(file: string): ReceiptKeys {
  return async () => {
    try {
      return keySet.parse(JSON.parse(await readFile(file, 'utf8'))).keys;
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'it is no JWK Set of public P-256 keys';
      throw new StorageError('unreachable', `${file} cannot be used (${why})`, { cause });
    }
  };
}
