import assert from 'node:assert/strict';
import { hash, X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { AuthenticatorModel } from '../../fido-metadata/catalogue.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import {
  aaguidExtension,
  type CertificateShape,
  type NameAttributes,
  oids,
} from '../../testing/attestation/certificate.ts';
import { der } from '../../testing/attestation/der.ts';
import { attestPacked, attestSelf, packedSubject } from '../../testing/attestation/packed.ts';
import {
  aaguid,
  metadata,
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import type { RefusalReason } from '../refusal.ts';
import { keyFingerprint } from './chain.ts';

describe('packed attestation', () => {
  const authority = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    registrations = await openRegistrations(modelsWith(authority.roots));
  });
  after(() => registrations[Symbol.asyncDispose]());

  for (const attestationKey of ['ES256', 'RS256', 'EdDSA'] as const)
    it(`is verified to the roots of the model (${attestationKey}), and kept as evidence`, async () => {
      let sent: readonly Uint8Array[] = [];
      const chain = (right: Buffer[]) => {
        sent = right;
        return right;
      };
      const evidence = await registrations.evidence(attestPacked(authority, { attestationKey, chain }));
      assert.deepEqual(evidence, {
        format: 'packed',
        result: 'model',
        vendor: 'Test Authenticators',
        // User present and verified, attested data; no backup.
        flags: 0x45,
        root: keyFingerprint(new X509Certificate(authority.root)),
        chain: hash('sha256', Buffer.concat(sent), 'base64url'),
        metadata: metadata.no,
      });
    });

  it('of another authority is unknown, and names no vendor', async () => {
    const { result, vendor } = await registrations.evidence(attestPacked(createAttestationAuthority()));
    assert.deepEqual([result, vendor], ['unknown', undefined]);
  });

  it('of a model that the metadata does not know is unknown', async () => {
    const device = { aaguid: '00000000-4885-aa6b-cebf-e52262a439a2' };
    const { result } = await registrations.evidence(attestPacked(authority), device);
    assert.equal(result, 'unknown');
  });

  it('needs no AAGUID in the certificate of an authority for one model', async () => {
    const { result } = await registrations.evidence(
      attestPacked(authority, { certificate: { extensions: [] } }),
    );
    assert.equal(result, 'model');
  });

  it('needs one in the certificate of an authority for several models: the statement alone could name any', async () => {
    const models = modelsWith(authority.roots);
    const another = { ...models.find(aaguid), aaguid: 'b5397666-0000-aa6b-cebf-e52262a439a2' };
    const all = () => [models.find(aaguid), another] as AuthenticatorModel[];
    await using shared = await openRegistrations({ ...models, all });
    assert.equal((await shared.evidence(attestPacked(authority))).result, 'model');
    const without = attestPacked(authority, { certificate: { extensions: [] } });
    assert.equal((await shared.evidence(without)).result, 'unknown');
  });

  it('may have a broken extension that nobody asks for: TPMs in use have such key identifiers', async () => {
    const authorityKeyIdentifier = { oid: '2.5.29.35', value: Buffer.of(0x30, 0x20, 1) };
    const certificate = { extensions: [aaguidExtension(aaguid), authorityKeyIdentifier] };
    const { result } = await registrations.evidence(attestPacked(authority, { certificate }));
    assert.equal(result, 'model');
  });

  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const)
    it(`by the passkey itself (${algorithm}) is kept as that`, async () => {
      const evidence = await registrations.evidence(attestSelf(), { algorithm });
      assert.deepEqual(evidence, { format: 'packed', result: 'self', flags: 0x45 });
    });

  const without = (attribute: string) => packedSubject.filter(([name]) => name !== attribute);
  const withValue = (attribute: string, value: string): NameAttributes =>
    packedSubject.map(([name, right]) => [name, name === attribute ? value : right]);
  const certificates: [string, Partial<CertificateShape>, RefusalReason][] = [
    ['of version 1', { version: 1 }, 'attestation_certificate_version'],
    ['of version 2', { version: 2 }, 'attestation_certificate_version'],
    ...['C', 'O', 'OU', 'CN'].map((name): [string, Partial<CertificateShape>, RefusalReason] => [
      `without ${name} in its subject`,
      { subject: without(name) },
      'attestation_certificate_subject',
    ]),
    ['of no country', { subject: withValue('C', 'DEU') }, 'attestation_certificate_subject'],
    ['of no organization', { subject: withValue('O', '') }, 'attestation_certificate_subject'],
    ['with another OU', { subject: withValue('OU', 'Attestation') }, 'attestation_certificate_subject'],
    ['of an authority', { ca: true }, 'attestation_certificate_ca'],
    ['without basic constraints', { ca: undefined }, 'attestation_certificate_ca'],
    [
      'for another AAGUID',
      { extensions: [aaguidExtension(aaguid.replace('b', 'c'))] },
      'attestation_aaguid_mismatch',
    ],
    [
      'whose AAGUID is wrapped once',
      { extensions: [{ oid: oids.aaguid, value: Buffer.from(aaguid.replaceAll('-', ''), 'hex') }] },
      'attestation_aaguid_mismatch',
    ],
    [
      'whose AAGUID is critical',
      { extensions: [aaguidExtension(aaguid, { critical: true })] },
      'attestation_extension_critical',
    ],
    [
      'whose serial number of the device is critical',
      { extensions: [{ oid: oids.serialNumber, critical: true, value: der.octets(Buffer.of(1)) }] },
      'attestation_extension_critical',
    ],
    [
      'with basic constraints that are cut off',
      { ca: undefined, extensions: [{ oid: oids.basicConstraints, value: Buffer.of(0x30, 9) }] },
      'attestation_certificate_malformed',
    ],
    [
      'with an extension twice',
      { extensions: [aaguidExtension(aaguid), aaguidExtension(aaguid)] },
      'attestation_certificate_malformed',
    ],
  ];
  for (const [what, certificate, reason] of certificates)
    it(`W15 refuses a certificate ${what}`, () =>
      registrations.refuses(attestPacked(authority, { certificate }), reason));

  const statements: [string, Parameters<typeof attestPacked>[1] & {}, RefusalReason][] = [
    ['without an algorithm', { members: { alg: undefined } }, 'attestation_statement_malformed'],
    ['without a signature', { members: { sig: undefined } }, 'attestation_statement_malformed'],
    ['with a signature of text', { members: { sig: 'sig' } }, 'attestation_statement_malformed'],
    ['over other bytes', { signed: (right) => right.fill(0, 0, 1) }, 'attestation_signature_invalid'],
    [
      'whose signature is cut off',
      { members: { sig: Buffer.from('3044022000', 'hex') } },
      'attestation_signature_invalid',
    ],
    ['whose algorithm is not the key’s', { members: { alg: -257 } }, 'attestation_algorithm_not_accepted'],
    ['whose curve is not the algorithm’s', { members: { alg: -35 } }, 'attestation_algorithm_not_accepted'],
    [
      'signed with SHA-1',
      { attestationKey: 'RS256', members: { alg: -65535 } },
      'attestation_algorithm_not_accepted',
    ],
    ['with an unknown algorithm', { members: { alg: -47 } }, 'attestation_algorithm_not_accepted'],
    ['with PEM', { chain: () => [Buffer.from('-----BEGIN')] }, 'attestation_certificate_malformed'],
    [
      'with bytes after its certificate',
      { chain: ([leaf]) => [Buffer.concat([leaf ?? Buffer.of(), Buffer.of(0)])] },
      'attestation_certificate_malformed',
    ],
  ];
  for (const [what, changes, reason] of statements)
    it(`W15 refuses a statement ${what}`, () =>
      registrations.refuses(attestPacked(authority, changes), reason));

  it('W15 refuses self attestation over other bytes, or by another algorithm than the key’s', async () => {
    await registrations.refuses(
      attestSelf({ signed: (right) => right.fill(0, 0, 1) }),
      'attestation_signature_invalid',
    );
    for (const alg of [-257, -8, -65535])
      await registrations.refuses(attestSelf({ members: { alg } }), 'attestation_algorithm_mismatch');
  });
});
