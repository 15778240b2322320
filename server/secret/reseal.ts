import { keyIdOf, type Secret } from './secret.ts';

/** A sealed value under the current secret; `undefined` where it is, or where no secret at hand opens it. */
export function resealedWith(
  secret: Pick<Secret, 'keyId' | 'seal' | 'open'>,
  { sealed, context }: { sealed: string; context: string },
): string | undefined {
  if (keyIdOf(sealed) === secret.keyId) return undefined;
  try {
    return secret.seal(secret.open(sealed, context), context);
  } catch {
    return undefined;
  }
}

interface SealedKey {
  id: string;
  sealedJwk: string;
}

/** Brings keys under the current secret, each by compare-and-set; resolves to how many it was. */
export async function resealKeys<Key extends SealedKey>(
  secret: Pick<Secret, 'keyId' | 'seal' | 'open'>,
  keys: {
    list: () => Promise<Key[]>;
    reseal: (id: string, change: { from: string; to: string }) => Promise<boolean>;
  },
  contextOf: (key: Key) => string,
): Promise<number> {
  let count = 0;
  for (const key of await keys.list()) {
    const { id, sealedJwk: from } = key;
    const to = resealedWith(secret, { sealed: from, context: contextOf(key) });
    if (to !== undefined && (await keys.reseal(id, { from, to }))) count += 1;
  }
  return count;
}
