import type { Page } from '../accounts/account.ts';

/** What personal fields of one account's events are sealed under. */
export interface AuditKey {
  /** The account; or `nobody` and a month, for those whose account is not known. */
  id: string;
  /** 256 bits, sealed with the installation secret. Absent once it was erased: what it sealed is gone for good. */
  sealedKey?: string;
  createdAt: number;
  erasedAt?: number;
}

export interface AuditKeyRepository {
  /** @throws ConflictError where there is one, or was */
  insert(key: AuditKey): Promise<void>;
  findMany(ids: readonly string[]): Promise<AuditKey[]>;
  /** In order of id. */
  listAll(query: { after?: string; limit: number }): Promise<Page<AuditKey>>;
  /** Compare-and-set of `sealedKey`, when the installation secret was exchanged; never of one that was erased. */
  reseal(id: string, change: { from: string; to: string }): Promise<boolean>;
  /** Leaves a mark in the key's place, so that no other one is made for the account. */
  erase(id: string, at: number): Promise<void>;
}
