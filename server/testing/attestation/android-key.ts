import { algorithms, signWith } from '../authenticator-keys.ts';
import type { AttestationAuthority } from './authority.ts';
import type { KeyPair } from './certificate.ts';
import { der } from './der.ts';
import { type Attest, type StatementChanges, statementOf } from './made.ts';

/** `AuthorizationList`; what is not named is not there. */
export interface Authorizations {
  purposes?: readonly number[];
  origin?: number;
  allApplications?: boolean;
}

export interface AndroidChanges extends StatementChanges {
  challenge?: (hash: Buffer) => Buffer;
  /** Attestation security level: 1 is the trusted environment, 0 software. */
  level?: number;
  software?: Authorizations;
  hardware?: Authorizations;
  /** Certified in place of the passkey's. */
  keys?: KeyPair;
  /** With a member of a version that nobody knows yet. */
  isNewer?: boolean;
  /** In place of the right extension's value. */
  description?: Uint8Array;
}

/** `android-key` (WebAuthn L3 §8.4): a certificate for the passkey itself, with what the key store knows of it. */
export function attestAndroidKey(authority: AttestationAuthority, changes: AndroidChanges = {}): Attest {
  return ({ authData, clientDataHash, algorithm, ...made }) => {
    const { publicKey, privateKey } = changes.keys ?? made;
    const value = changes.description ?? keyDescription(clientDataHash, changes);
    const chain = authority.certify(publicKey, {
      subject: [['CN', 'Android Keystore Key']],
      ca: undefined,
      extensions: [{ oid: '1.3.6.1.4.1.11129.2.1.17', value }],
      ...changes.certificate,
    });
    const bytes = Buffer.concat([authData, clientDataHash]);
    const sig = signWith(algorithm, privateKey, changes.signed?.(bytes) ?? bytes);
    const x5c = changes.chain?.(chain) ?? chain;
    return statementOf('android-key', { alg: algorithms[algorithm], sig, x5c }, changes);
  };
}

export function keyDescription(
  hash: Buffer,
  {
    challenge,
    isNewer,
    level = 1,
    software = {},
    hardware = { purposes: [2], origin: 0 },
  }: AndroidChanges = {},
): Buffer {
  return der.sequence(
    der.integer(300),
    der.enumerated(level),
    der.integer(300),
    der.enumerated(level),
    der.octets(challenge?.(hash) ?? hash),
    der.octets(Buffer.alloc(0)),
    // Of creationDateTime, which is no concern of ours.
    authorizationList(software, der.tagged(701, der.integer(1_700_000_000))),
    authorizationList(hardware, isNewer ? der.tagged(999, der.null()) : Buffer.alloc(0)),
  );
}

function authorizationList({ purposes, origin, allApplications }: Authorizations, other: Buffer): Buffer {
  return der.sequence(
    ...(purposes ? [der.tagged(1, der.set(...purposes.map(der.integer)))] : []),
    ...(allApplications ? [der.tagged(600, der.null())] : []),
    ...(origin === undefined ? [] : [der.tagged(702, der.integer(origin))]),
    other,
  );
}
