/**
 * - `administrator`: everything.
 * - `support`: people, and not apps.
 * - `auditor`: reads everything, changes nothing.
 * - `person`: signs in, and may be the administrator of single apps.
 */
export const roles = ['administrator', 'support', 'auditor', 'person'] as const;
export type Role = (typeof roles)[number];

/** What an installation says of a person in a claim of its own. */
export type AttributeValue = string | number | boolean | string[];
export type AccountStatus = 'active' | 'disabled';

/** A person who can sign in. */
export interface Account {
  /** Ours, never shown to an app. */
  id: string;
  /** The subject identifier that apps see (OIDC Core §2): opaque, never reassigned, may be imported. */
  sub: string;
  role: Role;
  status: AccountStatus;
  /** As typed, for display. */
  userName: string;
  /** Unique. See `userNameKey()`: PRECIS UsernameCaseMapped (RFC 8265 §3.3) of the user name. */
  userNameKey: string;
  name: string;
  email?: string;
  /** Folded for look-up, not unique: an address is never a way to link accounts. */
  emailKey?: string;
  emailVerified: boolean;
  /** BCP 47 language the person chose. */
  locale?: string;
  /** WebAuthn user handles (base64url of 32 random bytes, imported ones may differ). Each is unique over all accounts. */
  userHandles: string[];
  /** Set on the account that a setup link made. At most one account has it, which decides a race of two links. */
  founder?: true;
  /** Ids of groups. */
  groups: string[];
  /** Ids of apps that the person may administer, whatever their role. */
  administers?: string[];
  /** Claims of the installation's own, by their names. */
  attributes?: Record<string, AttributeValue>;
  /** Verified addresses that the account had lately: they are told of a recovery, too. */
  formerEmails?: { email: string; until: number }[];
  /** When somebody began to let the person in anew, for the person to see. */
  recoveryBegunAt?: number;
  /** When a recovery link was last used: for an hour from then on, the account administers nothing. */
  recoveredAt?: number;
  createdAt: number;
  updatedAt: number;
  lastSignInAt?: number;
  /** Counts changes; `update` compares it. */
  revision: number;
}

export interface Page<T> {
  items: T[];
  /** Give it back as `after` to get the next page; absent on the last one. */
  next?: string;
}

/** A page of people, of all or of those with this role and this status. */
export interface AccountQuery {
  after?: string;
  limit: number;
  role?: Role;
  status?: AccountStatus;
}

/** Where accounts are kept. Absence is `undefined`; a broken uniqueness throws `ConflictError`. */
export interface AccountRepository {
  /** @throws ConflictError with field `id`, `sub`, `userNameKey`, `userHandles` or `founder` */
  insert(account: Account): Promise<void>;
  findById(id: string): Promise<Account | undefined>;
  findBySub(sub: string): Promise<Account | undefined>;
  findByUserNameKey(userNameKey: string): Promise<Account | undefined>;
  findByUserHandle(userHandle: string): Promise<Account | undefined>;
  /** Those who have shown that an address is theirs. Two at most: more than one is as good as none. */
  listByVerifiedEmail(emailKey: string): Promise<Account[]>;
  /** Compare-and-set: replaces the record if its stored revision is `expectedRevision`; tells whether it did. */
  update(account: Account, expectedRevision: number): Promise<boolean>;
  /** Sets `lastSignInAt` alone, without a new revision. */
  recordSignIn(id: string, at: number): Promise<void>;
  remove(id: string): Promise<boolean>;
  /** In order of `userNameKey`. */
  list(query: AccountQuery): Promise<Page<Account>>;
  listByRole(role: Role): Promise<Account[]>;
  /**
   * Those of whom every word of the text begins a term: see `accountTerms`. The order is the engine's own, and stays
   * while one reads on. A page may be shorter than it could be, or empty, and have a `next` all the same.
   */
  search(query: AccountQuery & { text: string }): Promise<Page<Account>>;
  /** Those who may administer this app, whatever their role. */
  listByAdministered(appId: string): Promise<Account[]>;
  listByGroup(groupId: string, query: { after?: string; limit: number }): Promise<Page<Account>>;
}
