/** What a key is made for. One of RS256 signs PS256 too. */
export type SigningKeyAlgorithm = 'ES256' | 'RS256' | 'EdDSA' | 'ML-DSA-44';

export type SigningKeyStatus = 'next' | 'current' | 'retired';

/**
 * A key that signs tokens. Staged, it is published and signs nothing; then it signs, until a later one of its algorithm
 * does; then it is published until nothing is in force any more that it signed. See `standingOf`.
 */
export interface SigningKey {
  /** The `kid`: the thumbprint of the key (RFC 7638). */
  id: string;
  alg: SigningKeyAlgorithm;
  /** From 1, unique per algorithm: two instances that start together make one first key, not two. */
  generation: number;
  /** `current`: it was let sign. Which one does now is told by `standingOf`. `retired`: it came from elsewhere as one. */
  status: SigningKeyStatus;
  /** The private JWK, sealed; of one that a signer has, the public one. */
  sealedJwk: string;
  /** A signer has it: see `external-key.ts`. */
  external?: true;
  createdAt: number;
  /** When it began to sign; absent in first keys of before. */
  currentAt?: number;
  /** When it came from elsewhere; absent in those that came before this was kept. */
  retiredAt?: number;
}

export interface SigningKeyRepository {
  /** @throws ConflictError with field `id` or `generation` */
  insert(key: SigningKey): Promise<void>;
  /** In order of `createdAt`. */
  list(): Promise<SigningKey[]>;
  /** Lets a staged key sign from `at` on; tells whether it was staged. */
  recordCurrent(id: string, at: number): Promise<boolean>;
  /** Compare-and-set of `sealedJwk`, when the installation secret was exchanged. */
  reseal(id: string, change: { from: string; to: string }): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

/** A key as anybody may see it. */
export type SigningKeyFacts = Omit<SigningKey, 'sealedJwk'>;

/**
 * What each key is for: of an algorithm the latest that was let sign signs now, and retired the one before by that. So
 * a change is one write, and can not be found half done.
 */
export function standingOf(stored: readonly SigningKey[]): SigningKeyFacts[] {
  const started = stored
    .filter(({ status }) => status === 'current')
    .toSorted((a, b) => a.generation - b.generation);
  return stored.map(({ sealedJwk, ...key }) => {
    const later = started.filter(({ alg, generation }) => alg === key.alg && generation > key.generation);
    if (key.status === 'current' && later[0])
      return { ...key, status: 'retired', retiredAt: later[0].currentAt ?? later[0].createdAt };
    // Nobody wrote down since when: at the latest it is so since the first change that was.
    const signsSince = later.at(-1)?.currentAt;
    return key.status === 'retired' && key.retiredAt === undefined && signsSince !== undefined
      ? { ...key, retiredAt: signsSince }
      : key;
  });
}

/** oidc-provider signs with the first key that fits: those that sign stand before the staged and the retired. */
export function inSigningOrder<T extends SigningKeyFacts>(keys: readonly T[]): T[] {
  const rank = { current: 0, next: 1, retired: 2 };
  return keys.toSorted((a, b) => rank[a.status] - rank[b.status] || a.generation - b.generation);
}
