/** The one door to the storage engines: every port, and what an engine is made of. */
import type { AccountRepository } from './accounts/account.ts';
import type { ApprovalRepository } from './accounts/approval.ts';
import type { AttributeDefinitionRepository } from './accounts/attribute.ts';
import type { InvitationRepository } from './accounts/invitation.ts';
import type { ApiRepository } from './apis/api.ts';
import type { AppRepository } from './apps/app.ts';
import type { AppRefusalsRepository } from './apps/app-refusals.ts';
import type { AuditKeyRepository } from './audit/audit-key.ts';
import type { AuditChainRepository, AuditCheckpointRepository } from './audit/checkpoint.ts';
import type { AuditEventRepository } from './audit/event.ts';
import type { FidoMetadataRepository } from './fido-metadata/repository.ts';
import type { FigureRepository } from './figures/figure.ts';
import type { PasskeyHolderRepository } from './figures/passkey-holder.ts';
import type { GroupRepository } from './groups/group.ts';
import type { Limit, Limiter } from './http/rate-limit.ts';
import type { LeaseRepository } from './leases/lease.ts';
import type { LogoutNoticeRepository } from './logout-notices/logout-notice.ts';
import type { OutgoingMailRepository } from './mail/outgoing-mail.ts';
import type { ArtifactRepository } from './oidc/artifact.ts';
import type { SigningKeyRepository } from './oidc/signing-key.ts';
import type { AuthenticatorFloorRepository } from './passkeys/authenticator-floor.ts';
import type { ChallengeRepository } from './passkeys/challenge.ts';
import type { PasskeyRepository } from './passkeys/passkey.ts';
import type { PasskeyEventRepository } from './passkeys/passkey-event.ts';
import type { ProofRepository } from './passkeys/proof.ts';
import type { TicketRepository } from './passkeys/ticket.ts';
import type { ReceiptRepository } from './receipts/receipt.ts';
import type { ReceiptKeyRepository } from './receipts/receipt-key.ts';
import type { InitialAccessTokenRepository } from './registration/initial-access-token.ts';
import type { InstallationRepository } from './secret/installation.ts';
import type { SignInRepository } from './sign-ins/sign-in.ts';

export type { Account, AccountQuery, AccountRepository, Page } from './accounts/account.ts';
export type { Approval, ApprovalRepository } from './accounts/approval.ts';
export type { AttributeDefinition, AttributeDefinitionRepository } from './accounts/attribute.ts';
export type { Invitation, InvitationPurpose, InvitationRepository } from './accounts/invitation.ts';
export {
  accountTerms,
  appTerms,
  compareBytes,
  groupTerms,
  matchesWords,
  searchWords,
} from './accounts/search-terms.ts';
export type { Api, ApiRepository } from './apis/api.ts';
export type { App, AppRepository } from './apps/app.ts';
export type { AppRefusals, AppRefusalsRepository } from './apps/app-refusals.ts';
export type { AuditKey, AuditKeyRepository } from './audit/audit-key.ts';
export type {
  AuditChain,
  AuditChainRepository,
  AuditCheckpoint,
  AuditCheckpointRepository,
} from './audit/checkpoint.ts';
export type {
  AuditEvent,
  AuditEventRepository,
  ChainPlace,
  EventPosition,
  EventRange,
} from './audit/event.ts';
export { ConflictError, StorageError } from './errors.ts';
export type {
  FidoMetadataRepository,
  MetadataAttempt,
  MetadataBlob,
  MetadataHead,
} from './fido-metadata/repository.ts';
export type { Figure, FigureRepository } from './figures/figure.ts';
export type { PasskeyHolder, PasskeyHolderRepository } from './figures/passkey-holder.ts';
export type { Group, GroupRepository } from './groups/group.ts';
export type { Limit, Limiter } from './http/rate-limit.ts';
export type { Lease, LeaseRepository } from './leases/lease.ts';
export type { LogoutNotice, LogoutNoticeRepository } from './logout-notices/logout-notice.ts';
export type { OutgoingMail, OutgoingMailRepository } from './mail/outgoing-mail.ts';
export type { Artifact, ArtifactRepository } from './oidc/artifact.ts';
export type { SigningKey, SigningKeyRepository } from './oidc/signing-key.ts';
export type { AuthenticatorFloor, AuthenticatorFloorRepository } from './passkeys/authenticator-floor.ts';
export type { Challenge, ChallengeRepository } from './passkeys/challenge.ts';
export type { Passkey, PasskeyRepository } from './passkeys/passkey.ts';
export type { PasskeyEvent, PasskeyEventRepository } from './passkeys/passkey-event.ts';
export type { Proof, ProofRepository } from './passkeys/proof.ts';
export type { Ticket, TicketRepository } from './passkeys/ticket.ts';
export type { Receipt, ReceiptRepository, TimeQuery } from './receipts/receipt.ts';
export type { ReceiptKey, ReceiptKeyRepository } from './receipts/receipt-key.ts';
export type {
  InitialAccessToken,
  InitialAccessTokenRepository,
} from './registration/initial-access-token.ts';
export type { Installation, InstallationRepository } from './secret/installation.ts';
export type { SignIn, SignInRepository } from './sign-ins/sign-in.ts';

/** What the passkey manager keeps; nobody else reads it. */
export interface PasskeyStorage {
  passkeys: PasskeyRepository;
  challenges: ChallengeRepository;
  tickets: TicketRepository;
  proofs: ProofRepository;
  receipts: ReceiptRepository;
  receiptKeys: ReceiptKeyRepository;
  passkeyEvents: PasskeyEventRepository;
  fidoMetadata: FidoMetadataRepository;
  leases: LeaseRepository;
  authenticatorFloors: AuthenticatorFloorRepository;
}

/** What the provider keeps. */
export interface ProviderStorage {
  installation: InstallationRepository;
  accounts: AccountRepository;
  invitations: InvitationRepository;
  groups: GroupRepository;
  apps: AppRepository;
  apis: ApiRepository;
  signIns: SignInRepository;
  artifacts: ArtifactRepository;
  signingKeys: SigningKeyRepository;
  auditEvents: AuditEventRepository;
  auditKeys: AuditKeyRepository;
  auditCheckpoints: AuditCheckpointRepository;
  auditChains: AuditChainRepository;
  logoutNotices: LogoutNoticeRepository;
  approvals: ApprovalRepository;
  appRefusals: AppRefusalsRepository;
  initialAccessTokens: InitialAccessTokenRepository;
  attributeDefinitions: AttributeDefinitionRepository;
  outgoingMails: OutgoingMailRepository;
  figures: FigureRepository;
  passkeyHolders: PasskeyHolderRepository;
}

/**
 * An open storage engine. How to add a record: its type and port in its room, a line in one of the interfaces
 * above, a file in `adapters/storage.contract/`, an implementation in each engine, a migration.
 */
export interface Storage extends ProviderStorage, PasskeyStorage, AsyncDisposable {
  readonly engine: 'sqlite' | 'mongodb';
  /** Counts attempts for all instances together. Absent where one server serves alone: it counts in its memory. */
  createLimiter?(limit: Limit): Limiter;
  /** Rejects with `StorageError` when the engine cannot be used right now. Answers within 2 s. */
  ping(): Promise<void>;
  /**
   * Epoch milliseconds, by the clock that all instances share. Absent where a storage is on the machine of its one
   * server.
   */
  clock?(): Promise<number>;
  /**
   * Changes whenever another process may have changed apps, groups or accounts. Cheap; read once a second to drop caches.
   */
  revision(): Promise<string>;
  /**
   * Tries to read accounts and passkeys of other databases with the same credentials, and names those where it could.
   * Absent where a storage is one file.
   */
  readableElsewhere?(): Promise<string[]>;
  schemaVersion(): Promise<{ stored: number; code: number }>;
  /** A consistent copy while running, without the installation secret. `onProgress` gets 0–1. */
  backup(file: string, onProgress?: (share: number) => void): Promise<void>;
  /** Deletes what has expired at `now`, of every kind that expires; resolves to the number of records. */
  sweep(now: number): Promise<number>;
}

export interface OpenStorageOptions {
  /** `sqlite:path/to/file` or `mongodb://…` / `mongodb+srv://…` */
  url: string;
  /** A server holds the lock of an SQLite file, so that a second one is refused; a command does not. */
  role: 'server' | 'command';
  /** `migrate`: bring the schema up to date; `check`: throw `needs_migration` where it is behind. */
  schema: 'migrate' | 'check';
  /**
   * `true`: reject when the engine cannot be reached. `false` (MongoDB alone): return at once,
   * connect in the background and prepare the schema when it is there; `ping` tells when.
   */
  waitUntilReady: boolean;
}
