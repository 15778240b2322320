import type { AuthenticatorFacts } from './authenticator-facts.ts';

/** What a passkey manager calls itself in its receipts, unless it is told otherwise. */
export const passkeyManagerName = 'passkey-manager';

export const receiptType = 'latchkey-receipt+jwt';

/** Seconds that a receipt may be presented for. As a record it proves for ever what was verified. */
export const receiptLifetime = 60;

/** What the passkey manager vouches for with its signature: one finished ceremony. */
export interface ReceiptClaims {
  /** The passkey manager's name. */
  iss: string;
  /** The issuer of the provider that it was made for. */
  aud: string;
  /** 128 random bits. */
  jti: string;
  /** Seconds, as in every JWT. */
  iat: number;
  exp: number;
  /** When the ceremony was verified, epoch milliseconds: the time of the sign-in that it makes. */
  at: number;
  purpose: string;
  /** SHA-256 (base64url) of the interaction's id, which opens something while it lasts and is stored nowhere. */
  interaction: string;
  /** SHA-256 (base64url) of the challenge. */
  challengeHash: string;
  userHandle: string;
  passkeyId: string;
  rpId: string;
  origin: string;
  flags: ReceiptFlags;
  aaguid: string;
  /** What is known of the authenticator. Absent in receipts from before. */
  authenticator?: AuthenticatorFacts;
  /** How the user was verified (FIDO Registry of Predefined Values §3.1), where the authenticator says so. */
  uvm?: readonly number[];
  /** When the passkey was registered, epoch milliseconds. Absent in receipts from before. */
  registeredAt?: number;
  assurance: 'confirmed' | 'unconfirmed';
  /** Who asked the passkey manager. */
  caller: string;
}

/** WebAuthn L3 §6.1. */
export interface ReceiptFlags {
  userPresent: boolean;
  userVerified: boolean;
  backupEligible: boolean;
  backedUp: boolean;
}

/** A receipt in the passkey manager's own list: written before the ceremony is answered, kept as evidence. */
export interface Receipt {
  /** The `jti`. */
  id: string;
  at: number;
  userHandle: string;
  passkeyId: string;
  purpose: string;
  /** Compact JWS. */
  jws: string;
  /** Of the key that signed it. */
  kid: string;
  expiresAt: number;
}

/** Part of a list in order of time. `after` is the `next` of the part before; `since` is where the first one begins. */
export interface TimeQuery {
  after?: string;
  since?: number;
  limit: number;
}

export interface ReceiptRepository {
  /** @throws ConflictError with field `id` */
  insert(receipt: Receipt): Promise<void>;
  /** Oldest first. */
  list(query: TimeQuery): Promise<{ items: Receipt[]; next?: string }>;
  removeExpired(now: number): Promise<number>;
}
