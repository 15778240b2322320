/** Attestation statements of our authenticators in software, right and broken, for verifiers that are not ours. */
import { attestAndroidKey } from '../server/testing/attestation/android-key.ts';
import { attestApple } from '../server/testing/attestation/apple.ts';
import { createAttestationAuthority } from '../server/testing/attestation/authority.ts';
import { aaguidExtension, newKeys } from '../server/testing/attestation/certificate.ts';
import { attestFidoU2f } from '../server/testing/attestation/fido-u2f.ts';
import type { Attest } from '../server/testing/attestation/made.ts';
import { attestPacked, attestSelf } from '../server/testing/attestation/packed.ts';
import { attestTpm, tpmExtensions } from '../server/testing/attestation/tpm.ts';
import { createAuthenticator } from '../server/testing/authenticator.ts';

/** What a verifier is given; everything in base64url. */
export interface AttestationCase {
  name: string;
  attestationObject: string;
  clientDataJSON: string;
  /** DER of the certificate that it must go back to. */
  root: string;
  isRight: boolean;
  /** Right or not, python-fido2 does not look: a rule that it leaves to others, or a format that it has not. */
  unchecked?: true;
}

const aaguid = 'b5397666-4885-aa6b-cebf-e52262a439a2';
const other = 'c5397666-4885-aa6b-cebf-e52262a439a2';
const authority = createAttestationAuthority();
const strangers = createAttestationAuthority();

const changed = (right: Buffer) => Buffer.concat([right.subarray(0, -1), Buffer.of((right.at(-1) ?? 0) ^ 1)]);
const packedCertificates = {
  'of version 1': { version: 1 },
  'of an authority': { ca: true },
  'without basic constraints': { ca: undefined },
  'without a subject': { subject: [] },
  'for another AAGUID': { extensions: [aaguidExtension(other)] },
  'whose AAGUID is critical': { extensions: [aaguidExtension(aaguid, { critical: true })] },
  'that nobody signed': { isForged: true },
};
const tpmCertificates = {
  'of version 1': { version: 1 },
  'of an authority': { ca: true },
  'with a subject': { subject: [['CN', 'TPM']] },
  'for TLS': { extensions: tpmExtensions({ usage: '1.3.6.1.5.5.7.3.1' }) },
  'without names of the TPM': { extensions: tpmExtensions().slice(1) },
} as const;

type Statements = Readonly<Record<string, Attest>>;

const right: Statements = {
  'packed, full (ES256)': attestPacked(authority),
  'packed, full (RS256)': attestPacked(authority, { attestationKey: 'RS256' }),
  'packed, full (EdDSA)': attestPacked(authority, { attestationKey: 'EdDSA' }),
  'packed, self': attestSelf(),
  tpm: attestTpm(authority),
  'tpm with SHA-1': attestTpm(authority, { sha1: true }),
  apple: attestApple(authority),
  'fido-u2f': attestFidoU2f(authority),
};

const broken: Statements = {
  ...Object.fromEntries(
    Object.entries(packedCertificates).map(([what, certificate]) => [
      `packed, certificate ${what}`,
      attestPacked(authority, { certificate }),
    ]),
  ),
  'packed, over other bytes': attestPacked(authority, { signed: changed }),
  'packed, of another authority': attestPacked(strangers),
  'packed, self, over other bytes': attestSelf({ signed: changed }),
  'packed, self, by another algorithm': attestSelf({ members: { alg: -8 } }),
  ...Object.fromEntries(
    Object.entries(tpmCertificates).map(([what, certificate]) => [
      `tpm, certificate ${what}`,
      attestTpm(authority, { certificate }),
    ]),
  ),
  'tpm, that no TPM generated': attestTpm(authority, { magic: 1 }),
  'tpm, that quotes instead of certifying': attestTpm(authority, { type: 0x8018 }),
  'tpm, about another ceremony': attestTpm(authority, { extraData: changed }),
  'tpm, about another object': attestTpm(authority, { name: changed }),
  'tpm, about another key': attestTpm(authority, { key: newKeys().publicKey }),
  'tpm, over other bytes': attestTpm(authority, { signed: changed }),
  'apple, about another ceremony': attestApple(authority, { signed: changed }),
  'apple, that nobody signed': attestApple(authority, { certificate: { isForged: true } }),
  'fido-u2f, over other bytes': attestFidoU2f(authority, { signed: changed }),
};

/** Ours refuses these, and so must python-fido2's caller if it cares. */
const unchecked: Statements = {
  'packed, certificate that has expired': attestPacked(authority, {
    certificate: { notBefore: Date.now() - 7_200_000, notAfter: Date.now() - 3_600_000 },
  }),
  'apple, about another key': attestApple(authority, { key: newKeys().publicKey }),
};

/** python-fido2 knows `android-safetynet` alone of Android's formats. */
const unsupported: Statements = { 'android-key': attestAndroidKey(authority) };

export function attestationCases(): AttestationCase[] {
  return [
    ...casesOf(right, { isRight: true }),
    ...casesOf(broken, { isRight: false }),
    ...casesOf(unchecked, { isRight: false, unchecked: true }),
    ...casesOf(unsupported, { isRight: true, unchecked: true }),
  ];
}

function casesOf(
  statements: Statements,
  expected: Pick<AttestationCase, 'isRight' | 'unchecked'>,
): AttestationCase[] {
  return Object.entries(statements).map(([name, attestation]) => {
    const settings = { origin: 'http://localhost', synced: false, attestation };
    // U2F sends one certificate, and no model.
    const isU2f = name.startsWith('fido-u2f');
    const { root, intermediate } = authority;
    const model = isU2f ? {} : { aaguid };
    const { response } = createAuthenticator({ ...settings, ...model }).create({
      rp: { name: 'Interop', id: 'localhost' },
      user: { id: 'AAAAAAAAAAAAAAAAAAAAAA', name: 'ada', displayName: 'Ada' },
      challenge: 'AAAAAAAAAAAAAAAAAAAAAA',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    });
    const { attestationObject, clientDataJSON } = response;
    return {
      name,
      attestationObject,
      clientDataJSON,
      root: (isU2f ? intermediate : root).toString('base64url'),
      ...expected,
    };
  });
}
