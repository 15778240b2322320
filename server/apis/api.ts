/** How the access tokens of an API look: signed, to be verified by itself, or opaque, to be asked about (RFC 7662). */
export type TokenFormat = 'jwt' | 'opaque';

/** Something that an app may be allowed at an API (RFC 6749 §3.3). */
export interface DefinedScope {
  name: string;
  /** What people read of it when they are asked: "Read your invoices." */
  sentence: string;
}

/** A type of authorization details (RFC 9396 §2). */
export interface DetailType {
  /** The `type`. */
  type: string;
  /** What people read above the details themselves. */
  sentence: string;
  /** A JSON schema of all that stands beside `type`: an object, and no fields that it does not name. */
  schema: Record<string, unknown>;
}

/** What an app may ask for at an API, for the people who sign in to it and for itself. */
export interface AllowedApp {
  /** Its client id. */
  id: string;
  people: string[];
  machine: string[];
  /** Types of authorization details. */
  details?: string[];
}

/** A resource server of the installation (RFC 6749 §1.1), as an administrator defines it. */
export interface Api {
  /** Made here: what is defined anew after a removal is another one, whatever its audience. */
  id: string;
  /** The resource indicator (RFC 8707 §2) and the `aud` of its tokens: an absolute URI without a fragment. */
  audience: string;
  name: string;
  scopes: DefinedScope[];
  tokenFormat: TokenFormat;
  /** Seconds; it may only lower what the installation allows. */
  tokenLifetime: number;
  /** What signs its tokens where they are JWTs. */
  signingAlg: 'ES256' | 'RS256' | 'PS256';
  apps: AllowedApp[];
  /** Client ids of the API itself: these may ask about its tokens. */
  introspectedBy: string[];
  detailTypes?: DetailType[];
  createdAt: number;
  updatedAt: number;
  revision: number;
}

/** Where APIs are kept: there are few. */
export interface ApiRepository {
  /** @throws ConflictError with field `id` or `audience` */
  insert(api: Api): Promise<void>;
  findById(id: string): Promise<Api | undefined>;
  /** In order of `audience`. */
  list(): Promise<Api[]>;
  /** Compare-and-set, as of every record with a revision. @throws ConflictError with field `audience` */
  update(api: Api, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}
