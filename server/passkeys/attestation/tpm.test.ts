import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { aaguidExtension, type CertificateShape, newKeys } from '../../testing/attestation/certificate.ts';
import {
  aaguid,
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import { attestTpm, type TpmChanges, tpmExtensions, tpmNames } from '../../testing/attestation/tpm.ts';
import type { RefusalReason } from '../refusal.ts';

/** With one bit other than it was. */
const flipped = (at: number) => (right: Buffer) => {
  const bytes = Buffer.from(right);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};
const longer = (right: Buffer) => Buffer.concat([right, Buffer.of(0)]);
const shorter = (right: Buffer) => right.subarray(0, -1);

describe('TPM attestation', () => {
  const authority = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    registrations = await openRegistrations(modelsWith(authority.roots));
  });
  after(() => registrations[Symbol.asyncDispose]());

  for (const algorithm of ['ES256', 'RS256'] as const)
    it(`of a key for ${algorithm} is verified to the roots of the model, and names the manufacturer`, async () => {
      const evidence = await registrations.evidence(attestTpm(authority), { algorithm });
      assert.deepEqual([evidence.format, evidence.result, evidence.vendor], ['tpm', 'model', 'Intel']);
    });

  for (const [what, attributes] of [
    ['be copied to another TPM', 0x00040060],
    ['have been made elsewhere', 0x00040052],
  ] as const)
    it(`of a key that may ${what} is right, and vouches for nothing`, async () => {
      const pubArea = (bytes: Buffer) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt32BE(attributes, 4);
        return changed;
      };
      assert.equal((await registrations.evidence(attestTpm(authority, { pubArea }))).result, 'unknown');
    });

  it('is accepted with a signature by SHA-1: older TPMs know nothing else', async () => {
    assert.equal((await registrations.evidence(attestTpm(authority, { sha1: true }))).result, 'model');
  });

  it('is accepted for a key that is bound to one signature scheme', async () => {
    const attest = attestTpm(authority, { isBoundToScheme: true });
    assert.equal((await registrations.evidence(attest, { algorithm: 'RS256' })).result, 'model');
  });

  it('names a manufacturer that is not known yet by its number', async () => {
    const names = tpmNames.map(([name], i) => [name, i === 0 ? 'id:41424344' : 'x'] as const);
    const certificate = { extensions: tpmExtensions({ names }) };
    assert.equal((await registrations.evidence(attestTpm(authority, { certificate }))).vendor, 'id:41424344');
  });

  it('of another authority is unknown', async () => {
    const { result } = await registrations.evidence(attestTpm(createAttestationAuthority()));
    assert.equal(result, 'unknown');
  });

  const otherNames = (change: (names: typeof tpmNames) => typeof tpmNames) => ({
    extensions: tpmExtensions({ names: change(tpmNames) }),
  });
  const [alternative, usage] = tpmExtensions();
  const only = (...extensions: (typeof alternative)[]) => ({
    extensions: extensions.filter((extension) => extension !== undefined),
  });
  const certificates: [string, Partial<CertificateShape>, RefusalReason][] = [
    ['of version 2', { version: 2 }, 'attestation_certificate_version'],
    ['with a subject', { subject: [['CN', 'TPM']] }, 'attestation_certificate_subject'],
    ['without alternative name', only(usage), 'attestation_certificate_subject'],
    ['without manufacturer', otherNames(([, ...others]) => others), 'attestation_certificate_subject'],
    [
      'without version of the TPM',
      otherNames((names) => names.slice(0, 2)),
      'attestation_certificate_subject',
    ],
    [
      'with a manufacturer in words',
      otherNames(([, ...others]) => [['2.23.133.2.1', 'Intel'], ...others]),
      'attestation_certificate_subject',
    ],
    ['without extended key usage', only(alternative), 'attestation_certificate_usage'],
    [
      'for TLS',
      { extensions: tpmExtensions({ usage: '1.3.6.1.5.5.7.3.1' }) },
      'attestation_certificate_usage',
    ],
    ['of an authority', { ca: true }, 'attestation_certificate_ca'],
    ['without basic constraints', { ca: undefined }, 'attestation_certificate_ca'],
    [
      'for another AAGUID',
      { extensions: [...tpmExtensions(), aaguidExtension(aaguid.replace('b', 'c'))] },
      'attestation_aaguid_mismatch',
    ],
  ];
  for (const [what, certificate, reason] of certificates)
    it(`W15 refuses a certificate ${what}`, () =>
      registrations.refuses(attestTpm(authority, { certificate }), reason));

  const statements: [string, TpmChanges, RefusalReason][] = [
    ['of version 1.2', { members: { ver: '1.2' } }, 'attestation_tpm_version'],
    ['without version', { members: { ver: undefined } }, 'attestation_tpm_version'],
    ...['alg', 'sig', 'x5c', 'certInfo', 'pubArea'].map((member): [string, TpmChanges, RefusalReason] => [
      `without ${member}`,
      { members: { [member]: undefined } },
      'attestation_statement_malformed',
    ]),
    ['about another key', { key: newKeys().publicKey }, 'attestation_key_mismatch'],
    ['whose public area is cut off', { pubArea: shorter }, 'attestation_tpm_malformed'],
    ['whose public area is longer', { pubArea: longer }, 'attestation_tpm_malformed'],
    ['of a key that is neither RSA nor ECC', { pubArea: flipped(0) }, 'attestation_tpm_malformed'],
    ['whose name has an unknown hash', { pubArea: flipped(2) }, 'attestation_tpm_malformed'],
    ['of a key that encrypts', { pubArea: flipped(11) }, 'attestation_tpm_malformed'],
    ['on another curve', { pubArea: flipped(14) }, 'attestation_tpm_malformed'],
    ['whose information is cut off', { certInfo: shorter }, 'attestation_tpm_malformed'],
    ['whose information is longer', { certInfo: longer }, 'attestation_tpm_malformed'],
    ['that no TPM generated', { magic: 0xff544348 }, 'attestation_tpm_magic'],
    ['that quotes instead of certifying', { type: 0x8018 }, 'attestation_tpm_type'],
    ['about another ceremony', { extraData: flipped(5) }, 'attestation_nonce_mismatch'],
    ['about another object', { name: flipped(9) }, 'attestation_tpm_name'],
    ['whose name has another hash', { name: flipped(1) }, 'attestation_tpm_name'],
    ['signed over other bytes', { signed: flipped(3) }, 'attestation_signature_invalid'],
    ['with another algorithm', { members: { alg: -7 } }, 'attestation_algorithm_not_accepted'],
  ];
  for (const [what, changes, reason] of statements)
    it(`W15 refuses a statement ${what}`, () => registrations.refuses(attestTpm(authority, changes), reason));
});
