import type { Page } from '../accounts/account.ts';
import type { TimeQuery } from '../receipts/receipt.ts';

/**
 * One passkey sign-in: who, with which passkey, for which app. Written before the session that it makes;
 * sessions and grants point to it by column, so "which passkey signed this?" always has an answer.
 */
export interface SignIn {
  /** The `jti` of the receipt: the storage takes one sign-in for each. */
  id: string;
  accountId: string;
  passkeyId: string;
  /** The `client_id` of the app that asked, absent on the account page or at enrolment. */
  appId?: string;
  acr: string;
  amr: string[];
  at: number;
  /** Network address of the browser, as far as trusted proxies tell. */
  address?: string;
  /** What the browser calls itself, shortened. */
  device?: string;
  /** Receipt (JWS) of the passkey manager. */
  receipt?: string;
  /** Of the passkey, as the receipt says. */
  userHandle?: string;
  /** Over who signed in with what and when: see `Evidence`. */
  mac?: string;
  /** When the record may be cleaned up. */
  expiresAt: number;
}

/** A page of those of one person, passkey or app. */
export interface SignInQuery {
  after?: string;
  limit: number;
}

export interface SignInRepository {
  insert(signIn: SignIn): Promise<void>;
  findById(id: string): Promise<SignIn | undefined>;
  /** Those of these ids that exist, in no order. */
  findMany(ids: readonly string[]): Promise<SignIn[]>;
  /** Newest first, as the two after it. */
  listByAccount(accountId: string, query: SignInQuery): Promise<Page<SignIn>>;
  listByPasskey(passkeyId: string, query: SignInQuery): Promise<Page<SignIn>>;
  listByApp(appId: string, query: SignInQuery): Promise<Page<SignIn>>;
  /** Those of everybody, oldest first. */
  list(query: TimeQuery): Promise<Page<SignIn>>;
  removeExpired(now: number): Promise<number>;
}
