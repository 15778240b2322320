import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { AuthenticatorRule, Hint, NamedRule } from '../authenticator-policy/rule.ts';
import type { MetadataStatus, ModelDetails, ModelFacts } from '../fido-metadata/catalogue.ts';
import type { AuthenticatorFacts } from '../receipts/authenticator-facts.ts';
import type { Receipt } from '../receipts/receipt.ts';
import type { ReceiptKeyFacts } from '../receipts/receipt-key.ts';
import type { CarriedPasskey, ImportedPasskey } from './carried-passkey.ts';
import type { BrokenModelAction } from './model-review.ts';
import type { Passkey } from './passkey.ts';
import type { PasskeyEvent } from './passkey-event.ts';

/** An assertion made for one of these opens exactly that operation, for five minutes, in that browser. */
export type ProofPurpose = 'add-passkey' | 'rename-passkey' | 'remove-passkey';
/** `approve-request` signs in where an app asked by itself (CIBA): its assertion is worth nothing in any other sign-in. */
export type SignInPurpose = 'sign-in' | 'approve-request';
export type CeremonyPurpose = 'register' | SignInPurpose | ProofPurpose;

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

/** A sign-in of a person who is known already, with one of these passkeys of theirs and no other. */
export interface StepUpOf {
  userHandle: string;
  passkeyIds: readonly string[];
}

/** What a new passkey is made for. It asks an authenticator to tell more, and gives nothing for it. */
export interface RegistrationWishes {
  hints?: readonly Hint[];
  /** That the authenticator shows which model it is, whatever else is asked. */
  attestation?: 'direct';
}

/** A passkey as its owner may see it: facts, without key and evidence. */
export type PasskeyFacts = Omit<Passkey, 'publicKey' | 'attestationObject' | 'clientDataJSON'> & {
  /** Display name of the authenticator's model or provider, if known: "iCloud Keychain". */
  model?: string;
  /** Hash of the model's picture, if there is one: `findModel` has it. */
  icon?: string;
  authenticator: AuthenticatorFacts;
};

export interface FinishedAuthentication {
  userHandle: string;
  passkey: PasskeyFacts;
  /** When the assertion was verified. */
  at: number;
  /** For the purposes of proofs: give it with the operation it was made for. */
  proof?: string;
  /** The manager's signature over all this, and over what was asked: compact JWS, see `ReceiptClaims`. */
  receipt: string;
}

export type FinishedRegistration = Omit<FinishedAuthentication, 'proof'>;

/** What the installation asks of every authenticator. */
export interface FloorFacts {
  /** What happens to passkeys whose model has a status that the rule refuses. */
  brokenModels: BrokenModelAction;
  rule: AuthenticatorRule;
  /** 0 where nothing was ever set. */
  revision: number;
  /** Names of the models in its lists, by AAGUID, where they are known. */
  models: Record<string, string>;
}

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
 * `forbidden`, `authenticator_refused` with the objection as its reason, `rules_contradict`, `no_administrator_left`.
 */
export interface PasskeyManager {
  /** @throws AppError `link_invalid` (ticket), `confirmation_required` (proof) */
  beginRegistration(
    input: CeremonyContext & {
      authorization: RegistrationAuthorization;
      /** Shown by the authenticator; kept nowhere. */
      user: { name: string; displayName: string };
      wishes?: RegistrationWishes;
      /** What groups and apps ask beside the installation's rule: it can only become stricter. */
      rules?: readonly NamedRule[];
    },
  ): Promise<{ options: PublicKeyCredentialCreationOptionsJSON }>;
  /** Stores the new passkey, after every check of WebAuthn L3 §7.1 and every rule; uses the ticket up. */
  finishRegistration(
    input: CeremonyContext & { response: RegistrationResponseJSON; rules?: readonly NamedRule[] },
  ): Promise<FinishedRegistration>;

  /**
   * Options for a discoverable credential, or, for a known person, for theirs. Of a step-up only those count that are
   * active passkeys of that handle, and no other may answer. @throws AppError `passkey_not_found` where none is left
   */
  beginAuthentication(
    input:
      | (CeremonyContext & { purpose: 'sign-in'; stepUpOf?: StepUpOf })
      | (CeremonyContext & { purpose: 'approve-request'; stepUpOf: StepUpOf })
      | (CeremonyContext & { purpose: ProofPurpose; userHandle: string }),
  ): Promise<{ options: PublicKeyCredentialRequestOptionsJSON }>;
  /** Every check of WebAuthn L3 §7.2, and the installation's rule; records the use (compare-and-set). */
  finishAuthentication(
    input: CeremonyContext & { purpose: SignInPurpose | ProofPurpose; response: AuthenticationResponseJSON },
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
  /**
   * Whole passkeys of these handles, for another installation: public keys and facts, no secret. As many as fit;
   * where there are `more`, ask again `after` the last one.
   */
  exportPasskeys(input: {
    userHandles: readonly string[];
    after?: string;
  }): Promise<{ passkeys: CarriedPasskey[]; more: boolean }>;
  /**
   * Takes passkeys that people had elsewhere, each checked by itself: key, credential id, RP ID. It adds none to a
   * handle that has one of this manager's own, or has used one here. With `dryRun` nothing is stored.
   */
  importPasskeys(input: {
    passkeys: readonly CarriedPasskey[];
    dryRun: boolean;
  }): Promise<{ results: ImportedPasskey[] }>;
  /** What changed with passkeys, oldest first. `after` is the id of an event, or an `eventCursor`. */
  listPasskeyEvents(input: {
    after?: string;
    limit: number;
  }): Promise<{ events: Omit<PasskeyEvent, 'expiresAt'>[]; next?: string }>;
  /** Passkeys whose model was found broken, in order of when that was. */
  listModelAlerts(input: {
    after?: string;
    limit: number;
  }): Promise<{ passkeys: PasskeyFacts[]; next?: string }>;
  /** The manager's own list of receipts, oldest first. */
  listReceipts(input: {
    after?: string;
    since?: number;
    limit: number;
  }): Promise<{ receipts: Receipt[]; next?: string }>;
  /** Every key that has ever signed receipts: public parts alone. */
  listReceiptKeys(input: Record<string, never>): Promise<{ keys: ReceiptKeyFacts[] }>;
  /** The FIDO metadata in force, and how asking for newer went. */
  metadataStatus(input: Record<string, never>): Promise<{ status: MetadataStatus }>;
  /** Begins to ask for newer metadata, and does not wait; not begun where that is done already, or is `off`. */
  refreshMetadata(input: Record<string, never>): Promise<{ begun: boolean }>;
  /** Models and passkey providers by a part of the name or AAGUID. */
  searchModels(input: { text: string; limit: number }): Promise<{ models: ModelFacts[] }>;
  findModel(input: { aaguid: string }): Promise<{ model?: ModelDetails }>;
  findFloor(input: Record<string, never>): Promise<FloorFacts>;
  /**
   * @param input.administrators user handles of whoever may administer: one of them must still be able to sign in
   * @throws AppError `conflict` unless `expectedRevision` is that of the rule in force
   */
  setFloor(input: {
    rule: AuthenticatorRule;
    expectedRevision: number;
    administrators: readonly string[];
  }): Promise<FloorFacts>;
  /** Deletes what has expired. */
  sweep(input: { now: number }): Promise<{ removed: number }>;
}
