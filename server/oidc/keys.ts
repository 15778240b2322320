import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { ConflictError, StorageError } from '../errors.ts';
import type { Secret } from '../secret/secret.ts';
import type { SigningKey, SigningKeyRepository } from './signing-key.ts';

const algorithms = ['ES256', 'RS256'] as const;
const sealContext = (id: string) => `signing key ${id}`;

interface KeyDependencies {
  signingKeys: SigningKeyRepository;
  secret: Pick<Secret, 'seal' | 'open'>;
  now: () => number;
}

/**
 * The private keys that sign tokens, as a JWK Set in signing order. The first start makes one for each algorithm.
 * @throws StorageError `wrong_secret` naming the key, if one does not open: a replacement is never made silently
 */
export async function openSigningKeys(dependencies: KeyDependencies): Promise<{ keys: JWK[] }> {
  const stored = await dependencies.signingKeys.list();
  const missing = algorithms.filter((alg) => !stored.some((key) => key.alg === alg));
  if (missing.length === 0)
    return { keys: stored.toSorted(signingOrder).map((key) => forUse(key, dependencies.secret)) };
  await Promise.all(missing.map((alg) => addFirstKey(alg, dependencies)));
  return openSigningKeys(dependencies);
}

/** oidc-provider signs with the first key that fits: current ones stand before the staged and the retired. */
function signingOrder(a: SigningKey, b: SigningKey): number {
  const rank = { current: 0, next: 1, retired: 2 };
  return rank[a.status] - rank[b.status] || a.generation - b.generation;
}

async function addFirstKey(
  alg: SigningKey['alg'],
  { signingKeys, secret, now }: KeyDependencies,
): Promise<void> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  const id = await calculateJwkThumbprint(jwk);
  const sealedJwk = secret.seal(JSON.stringify(jwk), sealContext(id));
  try {
    await signingKeys.insert({ id, alg, generation: 1, status: 'current', sealedJwk, createdAt: now() });
  } catch (error) {
    // Another instance was first: its key is the one.
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** An RSA key without `alg` signs RS256 and PS256 (RFC 7517 §4.4). */
function forUse({ id, alg, sealedJwk }: SigningKey, secret: Pick<Secret, 'open'>): JWK {
  try {
    const jwk = JSON.parse(secret.open(sealedJwk, sealContext(id)));
    return { ...jwk, kid: id, use: 'sig', ...(alg === 'ES256' ? { alg } : undefined) };
  } catch (cause) {
    const remedy = 'Bring back a backup from before it was damaged, with the secret that it was made with';
    throw new StorageError('wrong_secret', `signing key ${id} cannot be opened. ${remedy}.`, { cause });
  }
}
