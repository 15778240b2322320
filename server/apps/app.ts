export type AppKind = 'web' | 'browser' | 'native' | 'machine';

/** A client secret that is kept as a keyed hash only. Several may be valid while one replaces another. */
export interface AppSecret {
  id: string;
  /** `hmac-sha256:…` of a secret made here, or an imported slow hash, replaced at its first use. */
  hash: string;
  createdAt: number;
  expiresAt?: number;
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
  /** `client_secret_basic`, `client_secret_post` or `none`. */
  tokenEndpointAuthMethod: string;
  /** Scopes that the app may ask for. */
  scopes: string[];
  /** `implicit` for first-party apps: nobody is asked. */
  consent: 'explicit' | 'implicit';
  /** `optional` only for a confidential app that sends a nonce (RFC 9700 §2.1.1). */
  pkce: 'required' | 'optional';
  /** The algorithm that signs its ID tokens. */
  idTokenSignedResponseAlg: 'ES256' | 'RS256' | 'PS256';
  /** Seconds; each may only lower what the installation allows. */
  lifetimes: { accessToken?: number; refreshToken?: number; session?: number };
  logoUri?: string;
  /** `builtin` ones are made by the server itself (its account page, the demo) and are not editable. */
  origin: 'builtin' | 'administrator';
  createdAt: number;
  updatedAt: number;
  revision: number;
}

/** Where apps are kept. Never an artifact: what was issued to an app is in the room `oidc`. */
export interface AppRepository {
  /** @throws ConflictError with field `id` */
  insert(app: App): Promise<void>;
  findById(id: string): Promise<App | undefined>;
  update(app: App, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** In order of `id`. */
  list(query: { after?: string; limit: number }): Promise<{ items: App[]; next?: string }>;
}
