/** - `unknown`: it came from elsewhere, and has not been used yet. */
export const passkeyKinds = ['device-bound', 'synced', 'unknown'] as const;
export type PasskeyKind = (typeof passkeyKinds)[number];

/** What is counted of a passkey. */
export interface HeldPasskey {
  id: string;
  aaguid: string;
  kind: PasskeyKind;
}

/**
 * The passkeys that a person can sign in with, as far as they have been counted: what changed since is the difference to
 * it. The passkeys themselves are the passkey manager's.
 */
export interface PasskeyHolder {
  /** Of the account. */
  id: string;
  passkeys: HeldPasskey[];
  revision: number;
}

export interface PasskeyHolderRepository {
  /** @throws ConflictError with field `id` */
  insert(holder: PasskeyHolder): Promise<void>;
  /** Those of these accounts that have been counted, in no order. */
  findMany(ids: readonly string[]): Promise<PasskeyHolder[]>;
  /** Compare-and-set: the revision goes up by one; tells whether it did. */
  update(holder: PasskeyHolder, expectedRevision: number): Promise<boolean>;
  /** Finds and deletes in one step. */
  take(id: string): Promise<PasskeyHolder | undefined>;
}
