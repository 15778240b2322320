import type { App } from '../app.ts';

export interface GuideFile {
  /** Where it goes, such as `application.yml`. */
  name: string;
  /** For highlighting: `json`, `javascript`, `yaml`, … */
  language: string;
  text: string;
}

/** How one piece of software is told of an app: files to copy, and what to do with them. */
export interface Guide {
  id: string;
  /** The software's own name. */
  name: string;
  /** One sentence. */
  about: string;
  files: readonly GuideFile[];
  /** Sentences, in order. */
  steps: readonly string[];
  /** Whether `npm run interop` signs in through these very files. */
  tested: boolean;
  /** An address that the app must be allowed beside those it has: the software insists on its path. */
  missingRedirectUri?: string;
}

/** What is known of an app that guides tell; no hash of a secret among it. */
export type GuidedApp = Pick<
  App,
  | 'id'
  | 'kind'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'scopes'
  | 'tokenEndpointAuthMethod'
  | 'idTokenSignedResponseAlg'
  | 'apiScopes'
  | 'forwardAuth'
  | 'jwks'
>;

export interface GuideInput {
  /** The issuer, without a slash at its end. */
  issuer: string;
  app: GuidedApp;
  /** The client secret where it has just been made. */
  secret?: string;
  /** A random value for software that keeps sessions in cookies. */
  sessionSecret?: string;
}

/** What goes into the files. */
export interface Values {
  issuer: string;
  clientId: string;
  clientSecret: string;
  sessionSecret: string;
  authentication: string;
  algorithm: App['idTokenSignedResponseAlg'];
  scopes: readonly string[];
  redirectUris: readonly string[];
  /** Of a site behind a gateway. */
  origins: readonly string[];
  /** Whether such a site is told in plain headers, too. */
  plainHeaders?: true;
  postLogoutRedirectUri?: string;
  /** Of a machine that calls our own API. */
  api?: { scopes: readonly string[]; resource: string };
  /** The first of those that the app's assertions are verified with, if it makes them. */
  publicKey?: { kty?: unknown; alg?: unknown };
}

/** A guide before it knows the app. */
export interface Recipe extends Pick<Guide, 'id' | 'name' | 'about' | 'tested'> {
  fits(app: GuidedApp): boolean;
  /** What its files cannot say, beside control characters. */
  unwritable?: RegExp;
  print(values: Values): Printed;
}

export type Printed = Pick<Guide, 'files' | 'steps' | 'missingRedirectUri'>;

export const clientSecretPlaceholder = 'YOUR_CLIENT_SECRET';
export const sessionSecretPlaceholder = 'YOUR_SESSION_SECRET';
