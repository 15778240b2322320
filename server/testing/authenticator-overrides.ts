/** What the software authenticator is, and what it can be told to do wrong. */
import type { KeyObject } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Attest } from './attestation/made.ts';
import type { CborMap, CborValue } from './authenticator-cbor.ts';
import type { AlgorithmName } from './authenticator-keys.ts';

export interface AuthenticatorSettings {
  /** Where the browser is. */
  origin: string;
  algorithm?: AlgorithmName;
  /** UUID of the model; all zero by default. */
  aaguid?: string;
  /** `true` (default): a synced passkey, BE and BS set and the counter always 0. `false`: device-bound, counting. */
  synced?: boolean;
  /** How it attests, unless a ceremony says otherwise. */
  attestation?: Attest;
}

export interface SoftwareCredential {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly algorithm: AlgorithmName;
  readonly privateKey: KeyObject;
  counter: number;
}

export interface Flags {
  up: boolean;
  uv: boolean;
  be: boolean;
  bs: boolean;
  at: boolean;
  ed: boolean;
}

/** What to do differently from a browser and an authenticator that behave. Signatures cover the changed bytes. */
export interface CeremonyOverrides<Response> {
  /** Members of the client data to replace; `undefined` leaves one out. */
  clientData?: Record<string, unknown>;
  /** Replaces the serialised client data, given the usual text. */
  clientDataJSON?: (text: string) => string | Uint8Array;
  flags?: Partial<Flags>;
  counter?: number;
  rpIdHash?: Uint8Array;
  /** Authenticator extension outputs: sets ED and appends them. */
  extensions?: CborValue;
  /** Changes the authenticator data before it is signed. */
  authenticatorData?: (data: Buffer) => Uint8Array;
  /** The last word on what is sent. */
  response?: (response: Response) => unknown;
}

export interface CreateOverrides extends CeremonyOverrides<RegistrationResponseJSON> {
  credentialId?: Uint8Array;
  aaguid?: string;
  /** Replaces the COSE key, given the right one. */
  publicKey?: (key: CborMap) => CborValue;
  /** `none` by default; `packed` is self attestation; the other formats are in `attestation/`. */
  attestation?: 'none' | 'packed' | Attest;
  fmt?: CborValue;
  attStmt?: CborValue;
  attestationObject?: (bytes: Buffer) => Uint8Array;
  /** Makes a second credential on this authenticator, as one that ignores the list would. */
  ignoreExcludeCredentials?: boolean;
}

export interface GetOverrides extends CeremonyOverrides<AuthenticationResponseJSON> {
  /** Answers with this one, whatever is allowed. */
  credential?: SoftwareCredential;
  /** `null` leaves it out. */
  userHandle?: string | null;
  signature?: (signature: Buffer, signed: Buffer) => Uint8Array;
}
