/** Something that happened. Holds ids and reason codes, never a name, an address of a person or a secret. */
export interface AuditEvent {
  id: string;
  /** The process that wrote it: each has a chain of its own. */
  chain: string;
  /** Position in the chain, from 0. */
  sequence: number;
  at: number;
  /** Such as `sign_in.succeeded`. */
  type: string;
  /** Who did it: an account id, `machine` for the command line, an app id, or nobody. */
  actor?: { kind: 'account' | 'app' | 'machine'; id?: string };
  accountId?: string;
  appId?: string;
  passkeyId?: string;
  signInId?: string;
  requestId?: string;
  /** The precise reason of a failure. */
  reason?: string;
  details?: Record<string, string | number | boolean>;
  /** Hash of the event before it in the chain; empty for the first. */
  previousHash: string;
  /** SHA-256 over the canonical JSON of everything above, base64url. */
  hash: string;
}

export interface AuditEventRepository {
  /** In one step, in this order. */
  insertMany(events: readonly AuditEvent[]): Promise<void>;
  listByChain(chain: string, query: { fromSequence: number; limit: number }): Promise<AuditEvent[]>;
  /** Newest first. */
  list(query: { accountId?: string; before?: number; limit: number }): Promise<AuditEvent[]>;
}
