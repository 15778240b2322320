import type { ErrorCode } from '../errors.ts';
import type { MetadataAccess, ModelCatalogue } from '../fido-metadata/catalogue.ts';
import type { Log } from '../log.ts';
import type { Verified } from '../receipts/issuer.ts';
import type { ReceiptRepository } from '../receipts/receipt.ts';
import type { ReceiptKeyRepository } from '../receipts/receipt-key.ts';
import type { Secret } from '../secret/secret.ts';
import type { RelyingParty } from '../setting-readers.ts';
import type { AttestationSettings } from './attestation/settings.ts';
import type { AuthenticatorFloorRepository } from './authenticator-floor.ts';
import type { ChallengeRepository } from './challenge.ts';
import type { RecordEvent } from './events.ts';
import type { FloorCache } from './floor.ts';
import type { CallerIdentity, CeremonyPurpose } from './manager.ts';
import type { BrokenModelAction, ReviewedPasskey } from './model-review.ts';
import type { PasskeyRepository } from './passkey.ts';
import type { PasskeyEventRepository } from './passkey-event.ts';
import type { ProofRepository } from './proof.ts';
import type { RefusalReason } from './refusal.ts';
import type { TicketRepository } from './ticket.ts';

/** A refused ceremony, with what was known of it by then. Ids and codes alone. */
export interface RefusedCeremony {
  /** Of a manager elsewhere only the code is known here: the reason stands in its own audit. */
  reason: RefusalReason | ErrorCode;
  purpose: CeremonyPurpose;
  passkeyId?: string;
  userHandle?: string;
}

/** What the passkey manager is made of. Its policy comes from here alone and never from a caller. */
export interface PasskeyManagerDependencies {
  storage: {
    passkeys: PasskeyRepository;
    challenges: ChallengeRepository;
    tickets: TicketRepository;
    proofs: ProofRepository;
    receipts: ReceiptRepository;
    receiptKeys: ReceiptKeyRepository;
    passkeyEvents: PasskeyEventRepository;
    authenticatorFloors: AuthenticatorFloorRepository;
  };
  /** The FIDO metadata in force. */
  models: ModelCatalogue;
  /** What is done about passkeys whose model has a status that the installation refuses. */
  brokenModels: BrokenModelAction;
  /** For the audit. */
  onReviewed?: (reviewed: ReviewedPasskey) => void;
  /** Whose attestations are believed. */
  attestation?: AttestationSettings;
  /** Where that comes from. */
  metadata?: MetadataAccess;
  /** The first one is for new passkeys. */
  relyingParties: readonly [RelyingParty, ...RelyingParty[]];
  /** Shown by authenticators. */
  rpName: string;
  /** Keyed hash of a bearer value, by which it is stored (`Secret.hash`). */
  hash: (namespace: string, value: string) => string;
  /** What it may be stored under (`Secret.hashes`). */
  hashes: (namespace: string, value: string) => readonly string[];
  receipts: {
    /** What the manager calls itself. */
    issuer: string;
    /** The issuer of the provider. */
    audience: string;
    /** Seals the keys that sign receipts. */
    secret: Pick<Secret, 'seal' | 'open'>;
  };
  now: () => number;
  log: Pick<Log, 'warn'>;
  /** For the audit. */
  onRefused?: (refused: RefusedCeremony) => void;
}

/** What a method gets beside its input: the same, for one caller. */
export interface CallDependencies extends PasskeyManagerDependencies {
  caller: CallerIdentity;
  metadata: MetadataAccess;
  /** Signs and keeps what a ceremony has verified; the answer carries it. */
  issueReceipt: (verified: Verified) => Promise<string>;
  recordEvent: RecordEvent;
  /** What the installation asks of every authenticator. */
  floor: FloorCache;
}
