import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { ExternalSigningKey } from 'oidc-provider';
import { ConflictError, StorageError } from '../errors.ts';
import type { Signer } from '../external-signing/signer.ts';
import type { Log } from '../log.ts';
import { resealKeys } from '../secret/reseal.ts';
import type { Secret } from '../secret/secret.ts';
import { keysElsewhere } from './external-key.ts';
import {
  inSigningOrder,
  type SigningKey,
  type SigningKeyAlgorithm,
  type SigningKeyFacts,
  type SigningKeyRepository,
  standingOf,
} from './signing-key.ts';

const sealContext = (id: string) => `signing key ${id}`;

export interface KeyDependencies {
  signingKeys: SigningKeyRepository;
  secret: Pick<Secret, 'seal' | 'open'>;
  /** What there are to be keys of. */
  algorithms: readonly SigningKeyAlgorithm[];
  /** Whoever has the keys, where they are not to lie in the storage. */
  signer?: Signer | undefined;
  now: () => number;
}

/** The keys that sign tokens, private or with a signer, as a JWK Set in signing order. */
export interface KeySet {
  keys: (JWK | ExternalSigningKey)[];
}

/**
 * The keys for a start: the first one makes a key for each algorithm, and says so.
 * @throws StorageError `wrong_secret` naming the key, if one does not open: a replacement is never made silently
 */
export async function openSigningKeys(
  dependencies: KeyDependencies & { log: Pick<Log, 'info'> },
): Promise<KeySet> {
  const { algorithms, signingKeys, secret, log, now } = dependencies;
  const stored = await signingKeys.list();
  // What is damaged is said before anything is made beside it.
  for (const key of stored) openSigningKey(key, secret);
  const missing = algorithms.filter((wanted) => !stored.some(({ alg }) => alg === wanted));
  await Promise.all(
    missing.map(async (alg) => {
      const at = now();
      const made = await newSigningKey(alg, stored, dependencies);
      if (!made) return;
      const key = { ...made, generation: 1, createdAt: at };
      if (await insertUnlessThere(signingKeys, { ...key, status: 'current', currentAt: at }))
        log.info({ kid: key.id, alg }, 'made the first signing key of its kind');
    }),
  );
  return readSigningKeys(dependencies);
}

/**
 * The keys that there are.
 * @throws StorageError `wrong_secret` naming a key that does not open, or the algorithm that no key signs
 */
export async function readSigningKeys({
  signingKeys,
  secret,
  algorithms,
  signer,
}: Pick<KeyDependencies, 'signingKeys' | 'secret' | 'algorithms' | 'signer'>): Promise<KeySet> {
  const stored = await signingKeys.list();
  const standing = standingOf(stored);
  // A signer has keys of what it can; our own tokens are signed with ES256.
  const needed = signer ? (['ES256'] as const) : algorithms;
  const missing = needed.find((alg) => !standing.some((key) => signs(key, alg)));
  const orphan = signer
    ? undefined
    : standing.find(({ external, status }) => external && status === 'current');
  if (orphan)
    throw new StorageError('wrong_secret', `a signer has the signing key ${orphan.id}. ${nameSigner}`);
  const remedy = signer ? 'Make one where the signer has its keys.' : 'Bring back a backup.';
  if (missing) throw new StorageError('wrong_secret', `there is no key that signs ${missing}. ${remedy}`);
  const opened = new Map(stored.map((key) => [key.id, openSigningKey(key, secret)]));
  return { keys: inSigningOrder(standing).flatMap((key) => forUse(key, opened.get(key.id) ?? {}, signer)) };
}

const nameSigner = 'Name it in LATCHKEY_SIGNER_URL.';

const signs = ({ alg, status }: SigningKeyFacts, wanted: SigningKeyAlgorithm): boolean =>
  status === 'current' && alg === wanted;

type NewKey = Pick<SigningKey, 'id' | 'alg' | 'sealedJwk' | 'external'>;

/**
 * A key that was not there before: made here, or one that the signer has anew, if it has.
 * @throws StorageError `unreachable` where the signer does not answer
 */
export async function newSigningKey(
  alg: SigningKeyAlgorithm,
  stored: readonly Pick<SigningKey, 'id'>[],
  { secret, signer }: Pick<KeyDependencies, 'secret' | 'signer'>,
): Promise<NewKey | undefined> {
  if (!signer) return makeSigningKey(alg, { secret });
  const found = (await signer.keys()).find(
    (key) => key.alg === alg && !stored.some(({ id }) => id === key.kid),
  );
  if (!found) return undefined;
  const { kid: id, jwk } = found;
  return { id, alg, sealedJwk: sealSigningKey({ id, jwk }, secret), external: true };
}

/** A private key with its name, sealed. */
export async function makeSigningKey(
  alg: SigningKeyAlgorithm,
  { secret }: Pick<KeyDependencies, 'secret'>,
): Promise<NewKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  const id = await calculateJwkThumbprint(jwk);
  return { id, alg, sealedJwk: sealSigningKey({ id, jwk }, secret) };
}

/** Tells whether it was stored: of several instances that make one, the first one is right. */
export async function insertUnlessThere(
  signingKeys: Pick<SigningKeyRepository, 'insert'>,
  key: SigningKey,
): Promise<boolean> {
  try {
    await signingKeys.insert(key);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** An RSA key without `alg` signs RS256 and PS256 (RFC 7517 §4.4). */
function forUse(
  { id, alg, external }: SigningKeyFacts,
  jwk: JWK,
  signer: Signer | undefined,
): KeySet['keys'] {
  if (external && alg !== 'ML-DSA-44') return keysElsewhere({ id, alg, jwk }, signer);
  const own: JWK = { ...jwk, kid: id, use: 'sig', ...(alg === 'RS256' ? undefined : { alg }) };
  return [own];
}

/** What is kept of a private key. */
export function sealSigningKey(
  { id, jwk }: { id: string; jwk: object },
  secret: Pick<Secret, 'seal'>,
): SigningKey['sealedJwk'] {
  return secret.seal(JSON.stringify(jwk), sealContext(id));
}

/** @throws StorageError `wrong_secret` */
export function openSigningKey(
  { id, sealedJwk }: Pick<SigningKey, 'id' | 'sealedJwk'>,
  secret: Pick<Secret, 'open'>,
): JWK {
  try {
    return JSON.parse(secret.open(sealedJwk, sealContext(id)));
  } catch (cause) {
    const remedy = 'Bring back a backup from before it was damaged, with the secret that it was made with';
    throw new StorageError('wrong_secret', `signing key ${id} cannot be opened. ${remedy}.`, { cause });
  }
}

/** Brings the keys under the current secret; resolves to how many it was. Keys that are in use go on meanwhile. */
export function resealSigningKeys({
  signingKeys,
  secret,
}: {
  signingKeys: Pick<SigningKeyRepository, 'list' | 'reseal'>;
  secret: Pick<Secret, 'keyId' | 'seal' | 'open'>;
}): Promise<number> {
  return resealKeys(secret, signingKeys, ({ id }) => sealContext(id));
}
