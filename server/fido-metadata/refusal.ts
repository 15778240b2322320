/** Why a blob, or what should have been one, is not taken. The name stands in status, log and metrics. */
export const reasons = {
  unreachable: 'the address does not answer',
  too_slow: 'it took too long',
  too_large: 'it is larger than metadata ever is',
  redirect: 'the address sends elsewhere: put the address that it means',
  wrong_status: 'the address answers with another status',
  wrong_content_type: 'the address answers with something that is no blob',
  file_unreadable: 'the file cannot be read',
  truncated: 'it is cut off',
  not_a_blob: 'it is no signed blob (a compact JWS)',
  algorithm_not_allowed: 'it is not signed with an algorithm that is allowed',
  no_certificates: 'it does not bring the certificates of its signer along (x5c)',
  certificate_rules: 'a certificate in its chain does not keep the rules',
  chain_broken: 'a certificate in its chain was not issued by the next one',
  other_root: 'its chain ends at no root that is believed here',
  wrong_signer: 'its chain holds, but it is not signed by the FIDO Alliance',
  certificate_expired: 'a certificate in its chain has expired',
  certificate_not_yet_valid: 'a certificate in its chain is not valid yet',
  certificate_of_another_time: 'its chain was not valid when a blob with this next update was issued',
  certificate_revoked: 'a certificate in its chain was revoked',
  signature_wrong: 'its signature does not fit',
  not_json: 'what is signed is no JSON',
  wrong_shape: 'what is signed is no metadata',
  other_number: 'it is kept under another number than its own',
  rollback: 'it is older than what was taken before',
} as const;

export type MetadataReason = keyof typeof reasons;

export class MetadataError extends Error {
  readonly reason: MetadataReason;
  readonly detail: string | undefined;

  constructor(reason: MetadataReason, { detail, cause }: { detail?: string; cause?: unknown } = {}) {
    super(`the metadata is refused: ${reasons[reason]}${detail ? ` (${detail})` : ''}`, { cause });
    this.name = 'MetadataError';
    this.reason = reason;
    this.detail = detail;
  }
}
