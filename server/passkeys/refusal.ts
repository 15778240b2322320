import type { Objection } from '../authenticator-policy/judge.ts';
import { AppError, type ErrorCode, type FieldReason } from '../errors.ts';

/** Why a response was refused: for the log and the audit, never for whoever sent it. */
export type RefusalReason =
  | Objection
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
  | 'attestation_none_with_statement'
  | 'attestation_statement_malformed'
  | 'attestation_algorithm_not_accepted'
  | 'attestation_algorithm_mismatch'
  | 'attestation_signature_invalid'
  | 'attestation_key_mismatch'
  | 'attestation_nonce_mismatch'
  | 'attestation_aaguid_mismatch'
  | 'attestation_certificate_malformed'
  | 'attestation_certificate_version'
  | 'attestation_certificate_subject'
  | 'attestation_certificate_usage'
  | 'attestation_certificate_ca'
  | 'attestation_certificate_not_yet_valid'
  | 'attestation_certificate_expired'
  | 'attestation_certificate_revoked'
  | 'attestation_extension_critical'
  | 'attestation_chain_broken'
  | 'attestation_issuer_not_ca'
  | 'attestation_tpm_version'
  | 'attestation_tpm_malformed'
  | 'attestation_tpm_magic'
  | 'attestation_tpm_type'
  | 'attestation_tpm_name'
  | 'attestation_key_description_malformed'
  | 'attestation_all_applications'
  | 'attestation_key_origin'
  | 'attestation_key_purpose'
  | 'passkey_registered'
  | 'passkey_unknown'
  | 'passkey_suspended'
  | 'user_handle_missing'
  | 'user_handle_mismatch'
  | 'passkey_not_asked_for'
  | 'signature_malformed'
  | 'signature_invalid'
  | 'counter_not_increased'
  | 'counter_jumped'
  | 'use_raced'
  | 'ticket_unusable'
  | 'proof_unusable';

/**
 * Refuses a ceremony. The outside learns one code; the precise reason is the error's `detail`.
 * @throws AppError always
 */
export function refuse(
  detail: RefusalReason,
  {
    code = 'passkey_rejected',
    cause,
    reason,
  }: { code?: ErrorCode; cause?: unknown; reason?: FieldReason } = {},
): never {
  throw new AppError(code, { detail, cause, ...(reason && { reason }) });
}
