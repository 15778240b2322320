import type { TimeQuery } from '../receipts/receipt.ts';
import type { AttestationEvidence } from './authenticator-facts.ts';
import type { BrokenModelAction } from './model-review.ts';

/**
 * - `active`: signs in.
 * - `suspended`: kept as evidence after a recovery or by an administrator; refused.
 */
export type PasskeyStatus = 'active' | 'suspended';

/**
 * A passkey as the credential repository keeps it: public key, credential id, user handle and facts.
 * No secret and no name of a person, so a leaked copy is harmless.
 */
export interface Passkey {
  /** Credential id, base64url (at most 1023 bytes, WebAuthn L3 §7.1 step 25). */
  id: string;
  /** COSE_Key, base64url. */
  publicKey: string;
  /** COSE algorithm, such as -7 (ES256). */
  algorithm: number;
  userHandle: string;
  rpId: string;
  /** Where it was registered; empty where an import does not tell. */
  origin: string;
  /** UUID of the authenticator's model; all zero when it does not tell. */
  aaguid: string;
  transports: string[];
  /** BE flag. Unknown until the first use of an imported passkey, constant afterwards (WebAuthn L3 §7.2). */
  backupEligible?: boolean;
  /** BS flag at its last use. */
  backedUp: boolean;
  /** When that flag was last another than before. */
  backedUpChangedAt?: number;
  userVerified: boolean;
  /** When it last signed with a counter that did not go up, or jumped: there may be a copy of it. */
  counterAlertAt?: number;
  /** Statuses of its model that speak against it, and when they were found. Absent where nothing does. */
  modelAlert?: string[];
  modelAlertAt?: number;
  /** What was decided about that. */
  modelAction?: BrokenModelAction;
  /** Signature counter at its last use. */
  counter: number;
  /** As the browser sent them at registration, base64url: evidence. Absent on an import. */
  attestationObject?: string;
  clientDataJSON?: string;
  /** What its attestation was verified to. Absent for passkeys from before, and on an import. */
  attestation?: AttestationEvidence;
  /** Given by the person; at first the provider's name. */
  name: string;
  status: PasskeyStatus;
  /** `unconfirmed` after a recovery, until an administrator confirms it. */
  assurance: 'confirmed' | 'unconfirmed';
  createdAt: number;
  /** When it came from elsewhere. Absent where it was registered here. */
  importedAt?: number;
  lastUsedAt?: number;
  revision: number;
}

/** Part of a list. `next` is what the following one comes after. */
interface Part {
  items: Passkey[];
  next?: string;
}

/** Where passkeys are kept: the credential repository. */
export interface PasskeyRepository {
  /** @throws ConflictError with field `id`, over all user handles (WebAuthn L3 §7.1 step 26) */
  insert(passkey: Passkey): Promise<void>;
  findById(id: string): Promise<Passkey | undefined>;
  /** Whether there is none at all. */
  isEmpty(): Promise<boolean>;
  /** Oldest first. */
  listByUserHandle(userHandle: string): Promise<Passkey[]>;
  /** Of one model, in order of id. */
  listByModel(aaguid: string, query: { after?: string; limit: number }): Promise<Part>;
  /** Those whose model was found broken, in order of when that was. */
  listModelAlerts(query: TimeQuery): Promise<Part>;
  /**
   * Compare-and-set of what a use changes: replaces counter, flags and lastUsedAt if the stored counter is still
   * `expectedCounter` and the passkey is active; tells whether it did. Leaves name, status and revision alone.
   */
  recordUse(
    id: string,
    expectedCounter: number,
    use: { counter: number; backupEligible: boolean; backedUp: boolean; lastUsedAt: number },
  ): Promise<boolean>;
  /** Compare-and-set on `revision`, for everything that a use does not change. */
  update(passkey: Passkey, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  removeByUserHandle(userHandle: string): Promise<number>;
}
