import type { Page } from './account.ts';

/**
 * What a second person has to allow: at present, that the link of a recovery is handed over.
 * - `pending`: asked for.
 * - `approved`: whoever asked may have the link, once.
 * - `done`: they had it.
 * - `refused`: by whoever was asked, or by the person themselves.
 */
export interface Approval {
  /** Begins with when it was made: see `approvalId`. */
  id: string;
  kind: 'recovery';
  /** Whose account it is. */
  accountId: string;
  requestedBy: string;
  /** Who approved or refused it. */
  decidedBy?: string;
  status: 'pending' | 'approved' | 'done' | 'refused';
  createdAt: number;
  expiresAt: number;
  /** Counts changes; `update` compares it. */
  revision: number;
}

/** Where approvals are kept. Expired ones are never returned, whether or not they have been cleaned up. */
export interface ApprovalRepository {
  insert(approval: Approval): Promise<void>;
  find(id: string, now: number): Promise<Approval | undefined>;
  /** In order of id, so of time. */
  list(query: { after?: string; limit: number; now: number }): Promise<Page<Approval>>;
  listByAccount(accountId: string, now: number): Promise<Approval[]>;
  /** Compare-and-set: replaces the record if its stored revision is `expectedRevision`; tells whether it did. */
  update(approval: Approval, expectedRevision: number): Promise<boolean>;
  removeByAccount(accountId: string): Promise<number>;
  removeExpired(now: number): Promise<number>;
}
