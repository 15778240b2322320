import type { KeyObject } from 'node:crypto';
import { refuse } from '../refusal.ts';
import { type Certificate, readCertificate } from './certificate.ts';

/** `attStmt`, decoded. Nothing in it is checked yet. */
export type Statement = ReadonlyMap<unknown, unknown>;

/** What a statement is about: the verification procedure's inputs (WebAuthn L3 §6.5.4), read and checked before. */
export interface Attested {
  statement: Statement;
  authData: Buffer;
  clientDataHash: Buffer;
  rpIdHash: Buffer;
  /** UUID. */
  aaguid: string;
  credentialId: Buffer;
  publicKey: KeyObject;
  /** COSE number. */
  algorithm: number;
}

/** Certificates, the leaf first. */
export type Chain = readonly [Certificate, ...Certificate[]];

/** A statement that is right by the rules of its format. Whether anybody trusts the chain is another question. */
export type Verified =
  | 'none'
  | 'self'
  | {
      chain: Chain;
      /** The organization that the statement names, where its format has a place of its own for it. */
      vendor?: string;
      /** It says itself that the key is in software, or may be elsewhere: whoever signed that, vouches for nothing. */
      isUnprotected?: boolean;
    };

/** No authenticator sends more, and each takes time to read. */
const mostCertificates = 8;

/** `x5c`. */
export function readChain(statement: Statement): Chain {
  const x5c = statement.get('x5c');
  if (!Array.isArray(x5c) || x5c.length > mostCertificates) refuse('attestation_statement_malformed');
  const [leaf, ...issuers] = x5c.map(readCertificate);
  return leaf ? [leaf, ...issuers] : refuse('attestation_statement_malformed');
}

export function readBytes(statement: Statement, member: string): Buffer {
  const value = statement.get(member);
  return value instanceof Uint8Array ? Buffer.from(value) : refuse('attestation_statement_malformed');
}

/** `alg`. */
export function readAlgorithm(statement: Statement): number {
  const value = statement.get('alg');
  return typeof value === 'number' ? value : refuse('attestation_statement_malformed');
}

/** What most formats sign. */
export function signedBytes({ authData, clientDataHash }: Attested): Buffer {
  return Buffer.concat([authData, clientDataHash]);
}
