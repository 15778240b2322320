import type { Page } from '../accounts/account.ts';

/**
 * What the identity provider issued or remembers: one record of an oidc-provider model.
 * Ids that are bearer values are stored as keyed hashes and the payload is sealed, so a copy of the
 * database signs nobody in. Only what is searched by stands beside the payload.
 */
export interface Artifact {
  /** Keyed hash of the model and the raw id; of a session, its uid, which stays when its bearer value changes. */
  id: string;
  /**
   * The same under the secret that the payload is sealed with, where that is not the one of `id`: what it is found by
   * since the installation secret was exchanged. Unique.
   */
  lookupId?: string;
  /** oidc-provider's model name, such as `AccessToken`. */
  model: string;
  /** Sealed JSON. */
  payload: string;
  grantId?: string;
  /** Session uid: the session's own, or of the session that a token belongs to. Unique among `Session`. */
  uid?: string;
  /** The account's `sub`, which is what oidc-provider calls an account id. */
  accountId?: string;
  appId?: string;
  /** Keyed hash of a device flow's user code. Unique. */
  userCodeHash?: string;
  signInId?: string;
  consumedAt?: number;
  expiresAt?: number;
}

/** Ours: who is signed in to a site behind a gateway. It hangs on a grant. */
export const siteSessionModel = 'SiteSession';

/** The models that are listed. Two are ours: `Consent`, an app that a person has allowed, and `Impersonation`, one that stood in their place. */
export type ListedModel =
  | 'Session'
  | 'Grant'
  | 'Interaction'
  | 'Consent'
  | 'Impersonation'
  | 'BackchannelAuthenticationRequest';

/** The models of which an app's own are listed. */
export type AppModel = 'Grant' | 'ClientCredentials';

/** Where artifacts are kept. Expired ones may be returned: whoever reads checks `expiresAt`. */
export interface ArtifactRepository {
  /** Inserts or replaces whole, keeping a `consumedAt` that is there: in one step, whoever else writes meanwhile. */
  upsert(artifact: Artifact): Promise<void>;
  /** @throws ConflictError with field `id` if there is one that has not expired at `now` */
  insert(artifact: Artifact, now: number): Promise<void>;
  find(id: string): Promise<Artifact | undefined>;
  findByLookupId(lookupId: string): Promise<Artifact | undefined>;
  findByUserCode(userCodeHash: string): Promise<Artifact | undefined>;
  /** Compare-and-set of `consumedAt` from absent to `at`; of many callers one gets true. */
  recordConsumed(id: string, at: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Everything of one model (or, without it, every model) that hangs on a grant. */
  removeByGrant(grantId: string, model?: string): Promise<number>;
  listByAccount(accountId: string, model: ListedModel): Promise<Artifact[]>;
  /** In order of id. */
  listByApp(
    appId: string,
    query: { model: AppModel; after?: string; limit: number },
  ): Promise<Page<Artifact>>;
  /** Everything, in order of id. */
  listAll(query: { after?: string; limit: number }): Promise<Page<Artifact>>;
  /** Compare-and-set of what depends on the secret: `payload` (which was `sealed`), `lookupId` and `userCodeHash`. */
  reseal(artifact: Artifact, sealed: string): Promise<boolean>;
  removeByAccount(accountId: string): Promise<number>;
  /**
   * Takes away all that an account has: its sessions are marked as consumed, because a request under way may save
   * one once more, and the rest is removed, but what tells of impersonations. Resolves to how many it was.
   */
  endByAccount(accountId: string, at: number): Promise<number>;
  removeByApp(appId: string): Promise<number>;
  removeExpired(now: number): Promise<number>;
}
