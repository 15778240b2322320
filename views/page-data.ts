import type { MessageKey } from './words.ts';

/**
 * What a page gives its script, as JSON in `<script type="application/json" id="page-data">`.
 * The scripts in views/browser import these types and nothing else of the pages.
 */

/** Sentences by key, only those that the script needs, with `{names}` still to fill in. */
export type ScriptWords = Partial<Record<MessageKey, string>>;

/** What the installation was told about itself; compared with where the page really is. */
export interface Installation {
  issuer: string;
  /** The RP ID of new passkeys. */
  rpId: string;
  /** Origins that may use it. */
  origins: readonly string[];
}

interface Common extends Installation {
  words: ScriptWords;
}

export interface SignInScript extends Common {
  kind: 'sign-in';
  /** PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 §5.5), so that autofill starts with the page. */
  options: object;
  /** How long the server remembers a challenge. */
  challengeSeconds: number;
  urls: { options: string; login: string; abort: string };
}

/** Setup, sign-up, invitation, recovery: a form, then a passkey. */
export interface EnrolScript extends Common {
  kind: 'enrol';
  urls: { options: string; finish: string; abort?: string | undefined };
}

/** A person who is signed in is asked for another passkey. */
export interface StepUpScript extends Common {
  kind: 'step-up';
  /** For those of their passkeys that would do. */
  options?: object;
  urls: {
    /** POST {} → { options } */
    options: string;
    /** POST { response } → { location } */
    login: string;
    confirmOptions: string;
    confirm: string;
    addOptions: string;
    add: string;
    /** POST {} → { location } back to the app */
    abort: string;
    /** POST {} → { location } on without */
    skip?: string;
  };
}

export interface ConsentScript {
  kind: 'consent';
  words: ScriptWords;
  urls: { consent: string; abort: string };
}

/** For the Signal API (WebAuthn L3 §5.1.10), one for each user handle of the person. */
export interface PasskeySignal {
  rpId: string;
  /** User handle, base64url. */
  userId: string;
  passkeyIds: readonly string[];
  userName: string;
  displayName: string;
}

export interface AccountScript extends Common {
  kind: 'account';
  signals: readonly PasskeySignal[];
}

/** The console works without: its script adds shortcuts. */
export interface ConsoleScript {
  kind: 'console';
  /** What a button says once its value is copied. */
  copied: string;
  /** GET → { newest, rows }: what came after the newest event that is shown. */
  live?: { url: string; newest: string };
}

export type ScriptData =
  | SignInScript
  | EnrolScript
  | StepUpScript
  | ConsentScript
  | AccountScript
  | ConsoleScript;
