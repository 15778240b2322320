import type { AuditEvent } from './event.ts';

/** Where a chain stood: its last event, by its place and its hash. */
export type ChainHead = Pick<AuditEvent, 'chain' | 'sequence' | 'hash'>;

/** Signed, and kept beside the events: what they were at a moment. */
export interface AuditCheckpoint {
  /** The number, as text. */
  id: string;
  /** From 1, without gaps. */
  no: number;
  at: number;
  /** Compact JWS over `CheckpointClaims`. */
  jws: string;
}

/** What is signed. */
export interface CheckpointClaims {
  iss: string;
  no: number;
  at: number;
  /** SHA-256 over the JWS of the checkpoint before it, base64url; empty for the first. */
  previous: string;
  /** The chains that went on since then. */
  heads: readonly ChainHead[];
  /**
   * What retention has removed: the checkpoints before `from`, and all events that these had seen. Of the chains that
   * go on, that is up to and with the events that are listed.
   */
  removed?: { from: number; upTo: readonly ChainHead[] };
  /** The last checkpoint that says what was removed. */
  removedIn?: number;
}

export interface AuditCheckpointRepository {
  /** @throws ConflictError where another instance was faster */
  insert(checkpoint: AuditCheckpoint): Promise<void>;
  findLast(): Promise<AuditCheckpoint | undefined>;
  /** In order of their numbers, from one on. */
  list(query: { from: number; limit: number }): Promise<AuditCheckpoint[]>;
  removeBelow(no: number): Promise<number>;
}

/** A process that writes a chain says so before it does, and again about once a minute while it goes on. */
export interface AuditChain {
  id: string;
  at: number;
}

export interface AuditChainRepository {
  announce(chain: AuditChain): Promise<void>;
  /** Those that said so since a moment, in order of time. */
  list(query: { since: number; limit: number }): Promise<AuditChain[]>;
  removeBefore(at: number): Promise<number>;
}
