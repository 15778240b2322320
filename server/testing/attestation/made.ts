/** What every attestation format is about, and gives back. */
import type { KeyObject } from 'node:crypto';
import type { CborMap, CborValue } from '../authenticator-cbor.ts';
import type { AlgorithmName } from '../authenticator-keys.ts';
import type { CertificateShape } from './certificate.ts';

/** A credential that was just made, and the ceremony that asked for it. */
export interface MadeCredential {
  algorithm: AlgorithmName;
  privateKey: KeyObject;
  publicKey: KeyObject;
  credentialId: Uint8Array;
  rpIdHash: Buffer;
  aaguid: string;
  authData: Buffer;
  clientDataHash: Buffer;
}

export interface MadeStatement {
  fmt: string;
  attStmt: CborMap;
}

export type Attest = (made: MadeCredential) => MadeStatement;

/** What to do differently from an authenticator of that format that behaves. */
export interface StatementChanges {
  /** Of the leaf. */
  certificate?: Partial<CertificateShape>;
  /** Certificates in place of the right ones, leaf first. */
  chain?: (chain: Buffer[]) => readonly Uint8Array[];
  /** Members to replace; `undefined` leaves one out. */
  members?: Readonly<Record<string, CborValue | undefined>>;
  /** What is signed, given the right bytes. */
  signed?: (bytes: Buffer) => Buffer;
}

export function statementOf(
  fmt: string,
  members: Readonly<Record<string, CborValue>>,
  { members: changed = {} }: StatementChanges,
): MadeStatement {
  const entries = Object.entries({ ...members, ...changed }).filter(
    (entry): entry is [string, CborValue] => entry[1] !== undefined,
  );
  return { fmt, attStmt: new Map(entries) };
}
