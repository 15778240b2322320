import type { ProofPurpose } from './manager.ts';
import type { Passkey } from './passkey.ts';

/** That a user handle made an assertion for one purpose, in one browser, within the last five minutes. */
export interface Proof {
  /** Keyed hash of the proof's value, which is kept nowhere. */
  id: string;
  purpose: ProofPurpose;
  userHandle: string;
  browser: string;
  /** Of the passkey that made it: what it vouches for is worth no more. */
  assurance: Passkey['assurance'];
  expiresAt: number;
}

/** Where proofs are kept. */
export interface ProofRepository {
  insert(proof: Proof): Promise<void>;
  find(id: string, now: number): Promise<Proof | undefined>;
  removeByUserHandle(userHandle: string): Promise<number>;
  removeExpired(now: number): Promise<number>;
}
