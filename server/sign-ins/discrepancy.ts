/** How the provider's records and the passkey manager's receipts may differ. */
export type DiscrepancyKind =
  | 'sign_in_without_receipt'
  | 'record_without_receipt'
  | 'record_altered'
  | 'receipt_invalid'
  | 'receipt_key_unknown'
  | 'receipt_mismatch'
  | 'receipt_without_sign_in'
  | 'receipt_without_record';

export interface Discrepancy {
  kind: DiscrepancyKind;
  /** Of the sign-in, and of the receipt. */
  id: string;
  at: number;
  passkeyId: string;
  accountId?: string;
  says: string;
}
