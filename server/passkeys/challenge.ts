import type { CeremonyPurpose } from './manager.ts';

/** What a ceremony is bound to while the browser works on it. */
export interface Challenge {
  /** SHA-256 of the challenge (base64url): the value itself is not kept. */
  id: string;
  purpose: CeremonyPurpose;
  rpId: string;
  /** SHA-256 (base64url) of the id of the interaction, setup or account page that began the ceremony. */
  interaction: string;
  /** Hash of a cookie of the browser that began it. */
  browser: string;
  /** For a registration, and for a ceremony of a known person. */
  userHandle?: string;
  /** Of a step-up: no other passkey may answer, whatever the browser offers. */
  passkeyIds?: string[];
  /** The ticket that a registration uses up when it succeeds. */
  ticketId?: string;
  /** The proof that a registration was begun with: without it, it cannot be finished. */
  proofId?: string;
  expiresAt: number;
}

/** Where challenges are kept. */
export interface ChallengeRepository {
  insert(challenge: Challenge): Promise<void>;
  /** Finds and deletes in one step: a challenge is answered at most once. An expired one is not returned. */
  take(id: string, now: number): Promise<Challenge | undefined>;
  removeExpired(now: number): Promise<number>;
}
