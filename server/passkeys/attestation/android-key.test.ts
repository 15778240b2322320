import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ModelCatalogue, noModels } from '../../fido-metadata/catalogue.ts';
import {
  type AndroidChanges,
  attestAndroidKey,
  keyDescription,
} from '../../testing/attestation/android-key.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { basicConstraints, keyUsage, newKeys } from '../../testing/attestation/certificate.ts';
import {
  aaguid,
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import { authenticatorFacts } from '../authenticator-facts.ts';
import type { RefusalReason } from '../refusal.ts';

const extension = '1.3.6.1.4.1.11129.2.1.17';

describe('Android key attestation', () => {
  const authority = createAttestationAuthority();
  const google = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    registrations = await openRegistrations(modelsWith(authority.roots), {
      vendorRoots: { 'android-key': { vendor: 'Google', roots: [google.root] } },
    });
  });
  after(() => registrations[Symbol.asyncDispose]());

  it('is verified to the roots of the model', async () => {
    const { format, result } = await registrations.evidence(attestAndroidKey(authority));
    assert.deepEqual([format, result], ['android-key', 'model']);
  });

  it('may say more than is known now', async () => {
    const { result } = await registrations.evidence(attestAndroidKey(authority, { isNewer: true }));
    assert.equal(result, 'model');
  });

  it('of a model that the metadata does not know is verified to the roots of Google', async () => {
    const other = { aaguid: 'b93fd961-f2e6-462f-b122-82002247de78' };
    const { result, vendor } = await registrations.evidence(attestAndroidKey(google), other);
    assert.deepEqual([result, vendor], ['vendor', 'Google']);
  });

  it('of a model with roots of its own is not what the roots of Google vouch for', async () => {
    assert.equal((await registrations.evidence(attestAndroidKey(google))).result, 'unknown');
  });

  it('is nothing that the roots of Google vouched for, once the metadata knows another root of the model', async () => {
    const vendorRoots = { 'android-key': { vendor: 'Google', roots: [google.root] } };
    let models: ModelCatalogue = noModels;
    const find = (id: string) => models.find(id);
    await using early = await openRegistrations({ find }, { vendorRoots });
    // The key is in hardware; the model beside it is whatever an app says.
    const evidence = await early.evidence(attestAndroidKey(google));
    const claimed = () => authenticatorFacts({ aaguid, attestation: evidence }, models);
    assert.deepEqual([claimed().attestation, claimed().vendor], ['vendor', 'Google']);
    models = modelsWith(authority.roots);
    assert.deepEqual([claimed().attestation, claimed().vendor], ['unknown', undefined]);
    models = modelsWith([...authority.roots, google.root.toString('base64')]);
    assert.deepEqual([claimed().attestation, claimed().vendor], ['vendor', 'Google']);
  });

  const inSoftware: [string, AndroidChanges][] = [
    ['software attests', { level: 0 }],
    ['nothing in hardware enforces', { hardware: {}, software: { purposes: [2], origin: 0 } }],
    ['software alone says to be generated', { hardware: { purposes: [2] }, software: { origin: 0 } }],
  ];
  for (const [what, changes] of inSoftware)
    it(`of a key that ${what} is right, and vouches for nothing`, async () => {
      const { result, vendor } = await registrations.evidence(attestAndroidKey(authority, changes));
      assert.deepEqual([result, vendor], ['unknown', undefined]);
    });

  const statements: [string, AndroidChanges, RefusalReason][] = [
    ['without a signature', { members: { sig: undefined } }, 'attestation_statement_malformed'],
    ['without an algorithm', { members: { alg: undefined } }, 'attestation_statement_malformed'],
    ['without certificates', { members: { x5c: undefined } }, 'attestation_statement_malformed'],
    ['over other bytes', { signed: (right) => right.fill(0, 0, 1) }, 'attestation_signature_invalid'],
    ['by another algorithm', { members: { alg: -257 } }, 'attestation_algorithm_not_accepted'],
    ['about another key', { keys: newKeys() }, 'attestation_key_mismatch'],
    ['about another ceremony', { challenge: (right) => right.subarray(1) }, 'attestation_nonce_mismatch'],
    [
      'whose certificate does not describe the key',
      { certificate: { extensions: [] } },
      'attestation_key_description_malformed',
    ],
    [
      'whose description is cut off',
      { description: keyDescription(Buffer.alloc(32)).subarray(0, -1) },
      'attestation_key_description_malformed',
    ],
    ['whose description is empty', { description: Buffer.of() }, 'attestation_key_description_malformed'],
    [
      'of a key for all applications (hardware)',
      { hardware: { purposes: [2], origin: 0, allApplications: true } },
      'attestation_all_applications',
    ],
    [
      'of a key for all applications (software)',
      { software: { allApplications: true } },
      'attestation_all_applications',
    ],
    ['of a key that was imported', { hardware: { purposes: [2], origin: 2 } }, 'attestation_key_origin'],
    ['of a key of unknown origin', { hardware: { purposes: [2] } }, 'attestation_key_origin'],
    ['of a key that software says was imported', { software: { origin: 2 } }, 'attestation_key_origin'],
    ['of a key that encrypts', { hardware: { purposes: [0], origin: 0 } }, 'attestation_key_purpose'],
    [
      'of a key that does more than sign',
      { hardware: { purposes: [2, 7], origin: 0 } },
      'attestation_key_purpose',
    ],
    ['of a key for nothing', { hardware: { origin: 0 } }, 'attestation_key_purpose'],
  ];
  for (const [what, changes, reason] of statements)
    it(`W15 refuses a statement ${what}`, () =>
      registrations.refuses(attestAndroidKey(authority, changes), reason));

  it('W15 refuses a certificate below one that attests a key itself', async () => {
    const extensions = [
      basicConstraints({ ca: true }),
      keyUsage({ certifies: true }),
      { oid: extension, value: keyDescription(Buffer.alloc(32)) },
    ];
    const subject = [['CN', 'Attestation CA']] as const;
    const attested = createAttestationAuthority({ intermediate: { subject, ca: undefined, extensions } });
    await registrations.refuses(attestAndroidKey(attested), 'attestation_chain_broken');
  });
});
