/** Every key that a provider has ever pinned: what the passkey manager says of its keys is held against it. */
import { hash } from 'node:crypto';
import { ConflictError } from '../errors.ts';
import type { Secret } from '../secret/secret.ts';
import type { PinnedKey, ReceiptKeys } from './pinned-keys.ts';
import { isOwn, type PublicKeyJwk, type ReceiptKey, type ReceiptKeyRepository } from './receipt-key.ts';

interface MemoryDependencies {
  receiptKeys: Pick<ReceiptKeyRepository, 'insert' | 'list'>;
  secret: Pick<Secret, 'seal' | 'open'>;
}

export const pinnedKeyContext = (id: string) => `pinned receipt key ${id}`;

/** The same keys, each written down before anything that it signed is believed. */
export function rememberKeys(
  keys: ReceiptKeys,
  { receiptKeys, secret, now }: MemoryDependencies & { now: () => number },
): ReceiptKeys {
  const known = new Set<string>();
  return async () => {
    const pinned = await keys();
    for (const key of pinned.filter(({ kid }) => !known.has(kid))) {
      await insertOnce(receiptKeys, toRemember(key, { secret, now: now() }));
      known.add(key.kid);
    }
    return pinned;
  };
}

/** Sealed, so that who has the storage alone adds none. */
function toRemember(
  { kid: id, kty, crv, x, y }: PinnedKey,
  { secret, now: createdAt }: Pick<MemoryDependencies, 'secret'> & { now: number },
): ReceiptKey {
  const publicJwk = { kty, crv, x, y };
  const generation = -1 - Number.parseInt(hash('sha256', id, 'hex').slice(0, 12), 16);
  return {
    id,
    generation,
    publicJwk,
    sealedJwk: secret.seal(JSON.stringify(publicJwk), pinnedKeyContext(id)),
    createdAt,
  };
}

/** By their id, those whose seal is ours. */
export async function everPinned({
  receiptKeys,
  secret,
}: MemoryDependencies): Promise<Map<string, PublicKeyJwk>> {
  const stored = (await receiptKeys.list()).filter((key) => !isOwn(key));
  const opened = stored.map(({ id, sealedJwk }): [string, PublicKeyJwk | undefined] => {
    try {
      return [id, JSON.parse(secret.open(sealedJwk, pinnedKeyContext(id)))];
    } catch {
      return [id, undefined];
    }
  });
  return new Map(opened.filter((entry): entry is [string, PublicKeyJwk] => entry[1] !== undefined));
}

async function insertOnce(receiptKeys: Pick<ReceiptKeyRepository, 'insert'>, key: ReceiptKey): Promise<void> {
  try {
    await receiptKeys.insert(key);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
