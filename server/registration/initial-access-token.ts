import type { Page } from '../accounts/account.ts';
import type { App, AppKind } from '../apps/app.ts';

/** What may be registered, and what that may do. */
export interface RegistrationPolicy {
  kinds: AppKind[];
  /** `openid` and others that people are asked for; `offline_access` among them where apps may stay connected. */
  scopes: string[];
  /** Of redirect addresses; where there is none, any. `*.example.com` is every host below it. */
  redirectHosts?: string[];
  /** Of web apps, which have a secret; PKCE is required where nothing is said. Less is for old apps alone. */
  pkce?: App['pkce'];
  /** Beyond those of its kinds: that apps may ask for people by themselves (CIBA). */
  grantTypes?: string[];
  /** Private hosts and networks of its addresses, as far as the installation allows them too. */
  outboundHosts?: string[];
}

/** Lets a stranger register apps (RFC 7591 §3): made by an administrator, for a while and a number of times. */
export interface InitialAccessToken {
  id: string;
  /** What it is for, as its administrator says. */
  name: string;
  /** Keyed, of the whole token, which is shown once. */
  hash: string;
  policy: RegistrationPolicy;
  usesLeft: number;
  createdAt: number;
  expiresAt: number;
  revision: number;
}

/** Where they are kept. Expired ones are never returned, whether or not they have been cleaned up. */
export interface InitialAccessTokenRepository {
  /** @throws ConflictError with field `id` */
  insert(token: InitialAccessToken): Promise<void>;
  find(id: string, now: number): Promise<InitialAccessToken | undefined>;
  /** In order of id. */
  list(query: { after?: string; limit: number; now: number }): Promise<Page<InitialAccessToken>>;
  /** Compare-and-set on the revision; tells whether it did. */
  update(token: InitialAccessToken, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  removeExpired(now: number): Promise<number>;
}
