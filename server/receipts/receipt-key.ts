/** A public key of ES256, without a name. */
export interface PublicKeyJwk {
  kty: string;
  crv: string;
  x: string;
  y: string;
}

/**
 * A key that signs receipts. Staged, it is the next one; then it signs, until a later one does. None is ever deleted:
 * what it signed can be verified for ever.
 */
export interface ReceiptKey {
  /** The `kid`: the thumbprint of the key (RFC 7638). */
  id: string;
  /**
   * From 1, unique: two instances that start together make one first key, not two. Below 0, the public part of a key
   * of a passkey manager elsewhere that was pinned here (see `rememberKeys`): it signs nothing here.
   */
  generation: number;
  publicJwk: PublicKeyJwk;
  /** The private JWK, sealed. */
  sealedJwk: string;
  createdAt: number;
  /** When it began to sign. Of those that did, the latest generation signs now. */
  currentAt?: number;
}

export interface ReceiptKeyRepository {
  /** @throws ConflictError with field `id` or `generation` */
  insert(key: ReceiptKey): Promise<void>;
  /** In order of generation. */
  list(): Promise<ReceiptKey[]>;
  /** Lets a staged key sign; tells whether it was staged. */
  recordCurrent(id: string, at: number): Promise<boolean>;
  /** Compare-and-set of `sealedJwk`, when the installation secret was exchanged. */
  reseal(id: string, change: { from: string; to: string }): Promise<boolean>;
}

export type ReceiptKeyStatus = 'next' | 'current' | 'retired';

/** A key as anybody may see it. */
export interface ReceiptKeyFacts extends Omit<ReceiptKey, 'sealedJwk'> {
  status: ReceiptKeyStatus;
  retiredAt?: number;
}

export const isOwn = ({ generation }: Pick<ReceiptKey, 'generation'>): boolean => generation > 0;

/** What each own key is for, of all that there are in order of generation: a key is retired by the one after it. */
export function standingOf(stored: readonly ReceiptKey[]): ReceiptKeyFacts[] {
  const keys = stored.filter(isOwn);
  return keys.map(({ sealedJwk, ...facts }, index) => {
    if (facts.currentAt === undefined) return { ...facts, status: 'next' };
    const retiredAt = keys.slice(index + 1).find(({ currentAt }) => currentAt !== undefined)?.currentAt;
    return retiredAt === undefined
      ? { ...facts, status: 'current' }
      : { ...facts, status: 'retired', retiredAt };
  });
}
