import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Receipt } from '../receipts/receipt.ts';
import type { ReceiptKeyFacts } from '../receipts/receipt-key.ts';
import type { Passkey } from './passkey.ts';
import type { PasskeyEvent } from './passkey-event.ts';

/** An assertion made for one of these opens exactly that operation, for five minutes, in that browser. */
export type ProofPurpose = 'add-passkey' | 'rename-passkey' | 'remove-passkey';
export type CeremonyPurpose = 'register' | 'sign-in' | ProofPurpose;

/**
 * Who calls. In one process the caller says so once, when it asks for its view of the manager;
 * over mTLS the certificate does. What each may call stands in `permissions`.
 */
export type CallerIdentity = 'provider' | 'enrolment' | 'administration' | 'metadata' | 'monitor';

/** Where a ceremony takes place: its answer is refused anywhere else. */
export interface CeremonyContext {
  /** The interaction or page that began the ceremony. */
  interaction: string;
  /** Hash of a cookie of the browser that began it. */
  browser: string;
}

/** A passkey as its owner may see it: facts, without key and evidence. */
export type PasskeyFacts = Omit<Passkey, 'publicKey' | 'attestationObject' | 'clientDataJSON'> & {
  /** Display name of the authenticator's model or provider, if known: "iCloud Keychain". */
  model?: string;
};

export interface FinishedAuthentication {
  userHandle: string;
  passkey: PasskeyFacts;
  /** When the assertion was verified. */
  at: number;
  /** For a purpose other than `sign-in`: give it with the operation it was made for. */
  proof?: string;
  /** The manager's signature over all this, and over what was asked: compact JWS, see `ReceiptClaims`. */
  receipt: string;
}

export type FinishedRegistration = Omit<FinishedAuthentication, 'proof'>;

/** How to be allowed to register a passkey: by a ticket, or by a proof of the same handle. */
export type RegistrationAuthorization = { ticket: string } | { userHandle: string; proof: string };

/**
 * The passkey manager: runs the WebAuthn ceremonies and owns passkeys, challenges, tickets, proofs and receipts.
 * It authorizes by itself and never takes the caller's word for whose passkey it is. RP IDs, origins and user
 * verification are settings of its own. Every method takes one plain object and returns one, so the manager can
 * live in another process without any change.
 *
 * Errors are `AppError`s: `challenge_expired`, `passkey_rejected` (one answer for everything that is wrong with
 * a response), `passkey_exists`, `passkey_not_found`, `last_passkey`, `confirmation_required`, `link_invalid`,
 * `forbidden`.
 */
export interface PasskeyManager {
  /** @throws AppError `link_invalid` (ticket), `confirmation_required` (proof) */
  beginRegistration(
    input: CeremonyContext & {
      authorization: RegistrationAuthorization;
      /** Shown by the authenticator; kept nowhere. */
      user: { name: string; displayName: string };
    },
  ): Promise<{ options: PublicKeyCredentialCreationOptionsJSON }>;
  /** Stores the new passkey, after every check of WebAuthn L3 §7.1; uses the ticket up. */
  finishRegistration(
    input: CeremonyContext & { response: RegistrationResponseJSON },
  ): Promise<FinishedRegistration>;

  /** Options for a discoverable credential, or, for a known person, for theirs. */
  beginAuthentication(
    input:
      | (CeremonyContext & { purpose: 'sign-in' })
      | (CeremonyContext & { purpose: ProofPurpose; userHandle: string }),
  ): Promise<{ options: PublicKeyCredentialRequestOptionsJSON }>;
  /** Every check of WebAuthn L3 §7.2; records the use (compare-and-set). */
  finishAuthentication(
    input: CeremonyContext & { purpose: 'sign-in' | ProofPurpose; response: AuthenticationResponseJSON },
  ): Promise<FinishedAuthentication>;

  listPasskeys(input: { userHandle: string }): Promise<{ passkeys: PasskeyFacts[] }>;
  renamePasskey(input: {
    userHandle: string;
    passkeyId: string;
    name: string;
    proof: string;
    browser: string;
  }): Promise<{ passkey: PasskeyFacts }>;
  /** @throws AppError `last_passkey` if no other active one would be left */
  removePasskey(input: {
    userHandle: string;
    passkeyId: string;
    proof: string;
    browser: string;
  }): Promise<{ removed: true }>;

  /** For `first`, without a user handle, a new random one is made. Single use; lives `minutes`. */
  issueTicket(input: {
    purpose: 'first' | 'recovery' | 'additional';
    userHandle?: string;
    minutes: number;
  }): Promise<{ ticket: string; userHandle: string; expiresAt: number }>;
  confirmPasskey(input: { passkeyId: string }): Promise<{ passkey: PasskeyFacts }>;
  setPasskeyStatus(input: {
    passkeyId: string;
    status: Passkey['status'];
  }): Promise<{ passkey: PasskeyFacts }>;
  /** All passkeys of a handle: when a person is removed. */
  removePasskeys(input: { userHandle: string }): Promise<{ removed: number }>;
  /** What changed with passkeys, oldest first. `after` is the id of an event, or an `eventCursor`. */
  listPasskeyEvents(input: {
    after?: string;
    limit: number;
  }): Promise<{ events: Omit<PasskeyEvent, 'expiresAt'>[]; next?: string }>;
  /** The manager's own list of receipts, oldest first. */
  listReceipts(input: {
    after?: string;
    since?: number;
    limit: number;
  }): Promise<{ receipts: Receipt[]; next?: string }>;
  /** Every key that has ever signed receipts: public parts alone. */
  listReceiptKeys(input: Record<string, never>): Promise<{ keys: ReceiptKeyFacts[] }>;
  /** Deletes what has expired. */
  sweep(input: { now: number }): Promise<{ removed: number }>;
}

/**
 * Least privilege: identity → methods, deny by default. Of tickets, `enrolment` gets those for a first passkey alone:
 * it runs beside the pages, and what it holds must add a passkey to nobody who has one.
 */
export const permissions: Record<CallerIdentity, readonly (keyof PasskeyManager)[]> = {
  provider: [
    'beginRegistration',
    'finishRegistration',
    'beginAuthentication',
    'finishAuthentication',
    'listPasskeys',
    'renamePasskey',
    'removePasskey',
    'listPasskeyEvents',
    'sweep',
  ],
  enrolment: ['issueTicket'],
  administration: [
    'issueTicket',
    'listPasskeys',
    'confirmPasskey',
    'setPasskeyStatus',
    'removePasskeys',
    'listPasskeyEvents',
    'listReceipts',
    'listReceiptKeys',
  ],
  // Refreshes the FIDO metadata.
  metadata: [],
  // Asks for the health alone.
  monitor: [],
};
