/**
 * What one app is told of one end (OpenID Connect Back-Channel Logout 1.0): kept until it is told, so that an app that
 * is down when a person signs out learns of it later.
 */
export interface LogoutNotice {
  /** Also the `jti` of its tokens: an app that is told twice sees that it is the same. */
  id: string;
  appId: string;
  /** The account's. What the app is told is made of it where it is told: see `createToldSub`. */
  sub: string;
  /** In which the app knew the person when it ended (OIDC Core §8.1). Absent where by the `sub` of every app. */
  sector?: string;
  /** The session, as the app knows it. Absent where the app lost all that it had of the person. */
  sid?: string;
  state: 'pending' | 'delivered' | 'failed';
  /** How often delivery was begun. */
  attempts: number;
  /** When a pending one is due; while one is being delivered, when somebody else may try. Of others: when that was. */
  nextAttemptAt: number;
  /** Why the last attempt did not succeed, in words for an administrator. */
  lastFailure?: string;
  createdAt: number;
  /** When the record may be cleaned up. */
  expiresAt: number;
}

export interface LogoutNoticeRepository {
  /** @throws ConflictError with field `id`: the same end, told by somebody else */
  insert(notice: LogoutNotice): Promise<void>;
  /** The app that comes after `after` in order of id, of those that have notices in this state. */
  findNextApp(query: { state: LogoutNotice['state']; after: string }): Promise<string | undefined>;
  /** Those of one app with `nextAttemptAt` up to `until`, earliest first. */
  list(query: ListNotices): Promise<LogoutNotice[]>;
  /**
   * Compare-and-set by the number of attempts, of a pending one. Whoever counts one up has it until `nextAttemptAt`;
   * of many who try one gets true.
   */
  update(notice: LogoutNotice, expectedAttempts: number): Promise<boolean>;
  removeExpired(now: number): Promise<number>;
}

export interface ListNotices {
  state: LogoutNotice['state'];
  appId: string;
  until: number;
  limit: number;
}
