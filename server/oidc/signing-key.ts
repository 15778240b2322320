/** A key that signs tokens. Staged next → current → retired; several algorithms stand side by side. */
export interface SigningKey {
  /** The `kid`. */
  id: string;
  alg: 'ES256' | 'RS256';
  /** From 1, unique per algorithm: two instances that start together make one first key, not two. */
  generation: number;
  status: 'next' | 'current' | 'retired';
  /** The private JWK, sealed. */
  sealedJwk: string;
  createdAt: number;
}

export interface SigningKeyRepository {
  /** @throws ConflictError with field `id` or `generation` */
  insert(key: SigningKey): Promise<void>;
  /** In order of `createdAt`. */
  list(): Promise<SigningKey[]>;
  remove(id: string): Promise<boolean>;
}
