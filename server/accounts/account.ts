export type Role = 'administrator' | 'person';
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

/** Where accounts are kept. Absence is `undefined`; a broken uniqueness throws `ConflictError`. */
export interface AccountRepository {
  /** @throws ConflictError with field `id`, `sub`, `userNameKey`, `userHandles` or `founder` */
  insert(account: Account): Promise<void>;
  findById(id: string): Promise<Account | undefined>;
  findBySub(sub: string): Promise<Account | undefined>;
  findByUserNameKey(userNameKey: string): Promise<Account | undefined>;
  findByUserHandle(userHandle: string): Promise<Account | undefined>;
  /** Compare-and-set: replaces the record if its stored revision is `expectedRevision`; tells whether it did. */
  update(account: Account, expectedRevision: number): Promise<boolean>;
  /** Sets `lastSignInAt` alone, without a new revision. */
  recordSignIn(id: string, at: number): Promise<void>;
  remove(id: string): Promise<boolean>;
  /** In order of `userNameKey`. */
  list(query: { after?: string; limit: number }): Promise<Page<Account>>;
  listByRole(role: Role): Promise<Account[]>;
  listByGroup(groupId: string, query: { after?: string; limit: number }): Promise<Page<Account>>;
}
