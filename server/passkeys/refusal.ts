import { AppError, type ErrorCode } from '../errors.ts';

/** Why a response was refused: for the log and the audit, never for whoever sent it. */
export type RefusalReason =
  | 'response_malformed'
  | 'client_data_malformed'
  | 'challenge_unknown'
  | 'purpose_mismatch'
  | 'interaction_mismatch'
  | 'browser_mismatch'
  | 'rp_id_not_configured'
  | 'type_mismatch'
  | 'origin_not_listed'
  | 'cross_origin'
  | 'cbor_malformed'
  | 'authenticator_data_malformed'
  | 'attested_data_missing'
  | 'attested_data_unexpected'
  | 'rp_id_mismatch'
  | 'user_not_present'
  | 'user_not_verified'
  | 'backup_flags_invalid'
  | 'backup_eligible_changed'
  | 'credential_id_length'
  | 'credential_id_mismatch'
  | 'algorithm_not_offered'
  | 'key_malformed'
  | 'attestation_format_not_accepted'
  | 'attestation_invalid'
  | 'passkey_registered'
  | 'passkey_unknown'
  | 'passkey_suspended'
  | 'user_handle_missing'
  | 'user_handle_mismatch'
  | 'signature_malformed'
  | 'signature_invalid'
  | 'counter_not_increased'
  | 'counter_jumped'
  | 'use_raced'
  | 'ticket_unusable'
  | 'proof_unusable';

/**
 * Refuses a ceremony. The outside learns one code; the reason is the error's `detail`.
 * @throws AppError always
 */
export function refuse(reason: RefusalReason, options: { code?: ErrorCode; cause?: unknown } = {}): never {
  throw new AppError(options.code ?? 'passkey_rejected', { detail: reason, cause: options.cause });
}
