import type { Passkey } from './passkey.ts';

/** A passkey on its way from one installation to another. What is not told is unknown until its first use here. */
export type CarriedPasskey = Pick<
  Passkey,
  'id' | 'publicKey' | 'userHandle' | 'rpId' | 'transports' | 'name' | 'createdAt'
> &
  Partial<
    Pick<
      Passkey,
      | 'origin'
      | 'aaguid'
      | 'backupEligible'
      | 'backedUp'
      | 'backedUpChangedAt'
      | 'userVerified'
      | 'counter'
      | 'counterAlertAt'
      | 'attestationObject'
      | 'clientDataJSON'
      | 'status'
      | 'assurance'
      | 'lastUsedAt'
    >
  >;

/** What became of it. */
export interface ImportedPasskey {
  id: string;
  /** `present`: it came over before. */
  outcome: 'added' | 'present' | 'refused';
  reason?: ImportRefusal;
  /** Whether what its authenticator attested was verified again, or left behind. Absent where there was none. */
  evidence?: 'verified' | 'dropped';
}

/** Why a passkey does not come over. */
export type ImportRefusal =
  | 'credential_id_length'
  | 'user_handle_malformed'
  | 'rp_id_not_configured'
  | 'algorithm_not_offered'
  | 'key_malformed'
  | 'too_many_passkeys'
  /** The credential id is that of another passkey. */
  | 'passkey_registered'
  /** The person has a passkey that was made here, or has used one here: only they add another. */
  | 'user_handle_in_use';
