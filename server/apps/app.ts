import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';
import type { ForwardAuth } from './forward-auth.ts';
import type { IdTokenAlgorithm } from './id-token-algorithms.ts';
import type { AppSecurity } from './security.ts';

/**
 * - `web`: has a server of its own, which keeps a secret.
 * - `browser`: runs in the page alone.
 * - `native`: on a phone or a computer.
 * - `machine`: nobody signs in to it.
 * - `device`: has no browser; people sign in on another device (RFC 8628).
 * - `proxied`: knows nothing of OpenID Connect; the gateway before it asks us.
 */
export type AppKind = 'web' | 'browser' | 'native' | 'machine' | 'device' | 'proxied';

/** A client secret that is kept as a keyed hash only. Several may be valid while one replaces another. */
export interface AppSecret {
  id: string;
  /** `hmac-sha256:…` of a secret made here, or an imported one (`ImportedHash`), replaced at its first use. */
  hash: string;
  createdAt: number;
  expiresAt?: number;
}

/** How an app that asked for a person learns of the answer: it asks again, or it is told that there is one. */
export interface BackchannelAuthentication {
  deliveryMode: 'poll' | 'ping';
  /** Of `ping`: where. */
  notificationEndpoint?: string;
}

export interface AppRegistration {
  /** Keyed hash of the registration access token, with which the app manages itself (RFC 7592). */
  tokenHash: string;
  /** Id of the initial access token that let it in; absent where everybody may register. */
  initialAccessToken?: string;
  /** Private hosts and networks that its addresses may lead to, as far as the installation allows them. */
  outboundHosts?: string[];
  /** Where its redirect addresses may lie, by that policy; absent where anywhere. */
  redirectHosts?: string[];
  /** When it was last found to have grants. */
  usedAt?: number;
}

/** A client application (RFC 6749 §2): what an administrator says of it, never what it was issued. */
export interface App {
  /** The `client_id`. */
  id: string;
  name: string;
  kind: AppKind;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  secrets: AppSecret[];
  /** OAuth grant types, such as `authorization_code`. */
  grantTypes: string[];
  /**
   * `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `tls_client_auth`, `self_signed_tls_client_auth` or
   * `none`.
   */
  tokenEndpointAuthMethod: string;
  /** Scopes that the app may ask for. */
  scopes: string[];
  /** `implicit` for first-party apps: nobody is asked. */
  consent: 'explicit' | 'implicit';
  /**
   * Only a confidential app may do without (RFC 9700 §2.1.1): where it is `optional` it must then send a nonce, and
   * where it is `off` not even that, which is for old apps alone.
   */
  pkce: 'required' | 'optional' | 'off';
  /** The algorithm that signs its ID tokens. */
  idTokenSignedResponseAlg: IdTokenAlgorithm;
  /** Seconds; each may only lower what the installation allows. */
  lifetimes: { accessToken?: number; refreshToken?: number; session?: number };
  logoUri?: string;
  /** Where the app's server is told that a session is over (OIDC Back-Channel Logout 1.0 §2.2). */
  backchannelLogoutUri?: string;
  /** Its ID tokens and logout tokens say which session they mean. Without it an app is told the person alone. */
  backchannelLogoutSessionRequired?: boolean;
  /** What a browser that is signed out loads in a hidden frame (OIDC Front-Channel Logout 1.0 §2). */
  frontchannelLogoutUri?: string;
  /** Its ID tokens and that address say which session they mean. */
  frontchannelLogoutSessionRequired?: boolean;
  /** It may ask for people by itself, without a browser of theirs (OpenID Connect CIBA Core 1.0). */
  ciba?: BackchannelAuthentication;
  /** It knows people by a `sub` of its sector alone (OIDC Core §8.1); absent where by that of every app. */
  subjectType?: 'pairwise';
  /** Stands for its sector, and lists the addresses of all apps of it. Absent where one host does. */
  sectorIdentifierUri?: string;
  /** Authentication context classes that its requests ask for where they name none, best first. */
  defaultAcrValues?: string[];
  /** Seconds: whoever signed in longer ago does so anew, where a request of it does not say (OIDC Core §3.1.2.1). */
  defaultMaxAge?: number;
  /** Where a sign-in to it begins, for whoever comes from here (OIDC Core §4). */
  initiateLoginUri?: string;
  /** Ids of the groups whose people may use it; absent where everybody may. */
  allowedGroups?: string[];
  /** Names of the installation's own claims that it is told. */
  claims?: string[];
  /** Scopes of our own API that it may ask for. */
  apiScopes?: string[];
  /** Whose certificate it shows (`tls_client_auth`, RFC 8705 §2.1.2): exactly one of these. */
  clientCertificate?: {
    /** As RFC 4514 writes it, the most specific part first. */
    subjectDn?: string;
    sanDns?: string;
    sanUri?: string;
    sanIp?: string;
    sanEmail?: string;
  };
  /** Its tokens are worth something only together with the certificate that it showed (RFC 8705 §3). */
  certificateBoundAccessTokens?: boolean;
  /** Public keys that its `private_key_jwt` assertions are verified with (RFC 7523 §3). */
  /** Public keys: for its `private_key_jwt` assertions (RFC 7523 §3), its signed requests, and to encrypt for it. */
  jwks?: { keys: Record<string, unknown>[] };
  /** Where its server keeps them instead: fetched, and fetched again for a key that is not known yet. */
  jwksUri?: string;
  /** Of a `proxied` one: where it is, and what its gateway is told. */
  forwardAuth?: ForwardAuth;
  /**
   * Whose access tokens it may exchange for ones of its own (RFC 8693), and in the names of which of these for ones that
   * do not say who acts, where the installation allows that.
   */
  tokenExchange?: { apps: string[]; impersonates?: string[] };
  /** What it does more carefully than it must; absent where that is nothing. */
  security?: AppSecurity;
  /** What is asked of the passkey of whoever signs in to it. */
  authenticatorRule?: AuthenticatorRule;
  /**
   * `builtin` ones are made by the server itself (its account page, the demo) and are not editable. `dynamic` ones
   * registered by themselves (RFC 7591), `document` ones describe themselves where their client id points, and are
   * stored nowhere. Nobody vouches for these two: people are always asked.
   */
  origin: 'builtin' | 'administrator' | 'dynamic' | 'document';
  /** Of a `dynamic` one. */
  registration?: AppRegistration;
  createdAt: number;
  updatedAt: number;
  revision: number;
}

/** Where apps are kept. Never an artifact: what was issued to an app is in the room `oidc`. */
export interface AppRepository {
  /** @throws ConflictError with field `id`, or `proxiedOrigins` where an origin is another app's */
  insert(app: App): Promise<void>;
  findById(id: string): Promise<App | undefined>;
  /** The one that is behind a gateway there: see `forwardAuth`. */
  findByOrigin(origin: string): Promise<App | undefined>;
  /** @throws ConflictError with field `proxiedOrigins` */
  update(app: App, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** In order of `id`. */
  list(query: { after?: string; limit: number }): Promise<{ items: App[]; next?: string }>;
  /** Those of which every word of the text begins a term: see `appTerms`. As `AccountRepository.search`. */
  search(query: { text: string; after?: string; limit: number }): Promise<{ items: App[]; next?: string }>;
}
