import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { AppError } from '../../errors.ts';
import { noModels } from '../../fido-metadata/catalogue.ts';
import { specificationRoot, specificationVectors } from '../../testing/attestation/specification-vectors.ts';
import { openCoseKey } from '../cose-key.ts';
import { readAttestationObject } from './object.ts';
import { verifyAttestation } from './verify.ts';

const root = { vendor: 'the specification', roots: [Buffer.from(specificationRoot, 'hex')] };
const trust = {
  models: noModels,
  vendorRoots: { packed: root, tpm: root, 'android-key': root, apple: root, 'fido-u2f': root },
  now: Date.UTC(2026, 10, 28),
};

function verify(name: string) {
  const vector = specificationVectors[name];
  assert.ok(vector);
  const object = readAttestationObject(Buffer.from(vector.attestationObject, 'hex'));
  const { attested, rpIdHash } = object.data;
  assert.ok(attested);
  const { algorithm, key: publicKey } = openCoseKey(attested.publicKey);
  const clientDataHash = hash('sha256', Buffer.from(vector.clientDataJSON, 'hex'), 'buffer');
  return verifyAttestation(
    object.format,
    { ...object, ...attested, rpIdHash, clientDataHash, publicKey, algorithm },
    trust,
  );
}

describe('attestation vectors of WebAuthn L3 §16', () => {
  for (const name of ['packed.ES256', 'apple.ES256'])
    it(`${name} goes back to the root of the specification`, () => {
      const { format, result } = verify(name);
      assert.equal(format, name.split('.')[0]);
      assert.equal(result, 'vendor');
    });

  it('tpm.ES256 is right, and its key is one that says of itself that it may leave', () => {
    const { format, result, chain } = verify('tpm.ES256');
    assert.deepEqual([format, result], ['tpm', 'unknown']);
    assert.ok(chain);
  });

  it('packed-self.ES256 is self attestation', () => {
    assert.equal(verify('packed-self.ES256').result, 'self');
  });

  // Published as right, but not by the text of §8.4, nor by what FIDO's own tests ask of U2F.
  const incomplete = {
    'android-key.ES256': ['its empty lists', 'attestation_key_origin'],
    'fido-u2f.ES256': ['its AAGUID', 'attestation_aaguid_mismatch'],
  } as const;
  for (const [name, [what, reason]] of Object.entries(incomplete))
    it(`${name} is signed right, and refused for ${what} alone`, () => {
      const isReason = (error: unknown) => error instanceof AppError && error.detail === reason;
      assert.throws(() => verify(name), isReason);
    });
});
