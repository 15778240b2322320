import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { attestFidoU2f } from '../../testing/attestation/fido-u2f.ts';
import {
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import { deviceHere, refuses, register } from '../../testing/authenticator-ceremonies.ts';
import type { RefusalReason } from '../refusal.ts';

const noModel = '0'.repeat(32);

/** As a key that could verify the user, and speaks U2F, would have it: with a true one, W8 comes first. */
describe('FIDO U2F attestation', () => {
  const authority = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    registrations = await openRegistrations(modelsWith(authority.roots), {
      vendorRoots: { 'fido-u2f': { vendor: 'Test Authenticators', roots: [authority.root] } },
    });
  });
  after(() => registrations[Symbol.asyncDispose]());

  // Of exactly one certificate, an intermediate would be missing: this one is for a root that certifies by itself.
  const own = createAttestationAuthority();
  const direct = { ...own, certify: createDirect(own) };

  it('is right, and without a model unknown', async () => {
    const evidence = await registrations.evidence(attestFidoU2f(authority), { aaguid: noModel });
    assert.deepEqual([evidence.format, evidence.result], ['fido-u2f', 'unknown']);
  });

  it('is verified to roots that are pinned for it', async () => {
    const pinned = { vendor: 'Test Authenticators', roots: [own.intermediate] };
    await using known = await openRegistrations(modelsWith([]), { vendorRoots: { 'fido-u2f': pinned } });
    const { result, vendor } = await known.evidence(attestFidoU2f(direct), { aaguid: noModel });
    assert.deepEqual([result, vendor], ['vendor', 'Test Authenticators']);
  });

  it('W8 refuses a true U2F authenticator: it cannot verify the user', async () => {
    const { opened } = registrations;
    const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
    const overrides = { attestation: attestFidoU2f(authority), flags: { uv: false } };
    const steps = { device: deviceHere({ synced: false }), authorization: { ticket }, overrides };
    await refuses(opened, register(opened, steps), { reason: 'user_not_verified' });
  });

  const statements: [string, Parameters<typeof attestFidoU2f>[1] & {}, RefusalReason][] = [
    ['without a signature', { members: { sig: undefined } }, 'attestation_statement_malformed'],
    ['without certificates', { members: { x5c: [] } }, 'attestation_statement_malformed'],
    ['with two certificates', { chain: (chain) => chain }, 'attestation_statement_malformed'],
    ['over other bytes', { signed: (right) => right.fill(1, 0, 1) }, 'attestation_signature_invalid'],
    [
      'by a key on another curve',
      { keys: generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
      'attestation_algorithm_not_accepted',
    ],
    [
      'whose certificate is not valid yet',
      { certificate: { notBefore: Date.now() + 3_600_000 } },
      'attestation_certificate_not_yet_valid',
    ],
  ];
  for (const [what, changes, reason] of statements)
    it(`W15 refuses a statement ${what}`, () =>
      registrations.refuses(attestFidoU2f(authority, changes), reason, { aaguid: noModel }));

  it('W15 refuses a passkey with another algorithm, or with a model', async () => {
    const attest = attestFidoU2f(authority, { members: { sig: Buffer.alloc(70) } });
    await registrations.refuses(attest, 'attestation_algorithm_mismatch', {
      aaguid: noModel,
      algorithm: 'RS256',
    });
    await registrations.refuses(attestFidoU2f(authority), 'attestation_aaguid_mismatch');
  });
});

/** Sends the leaf alone. */
function createDirect({ certify }: ReturnType<typeof createAttestationAuthority>): typeof certify {
  return (publicKey, shape) => certify(publicKey, shape).slice(0, 1);
}
