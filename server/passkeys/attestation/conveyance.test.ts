import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthenticatorRule } from '../../authenticator-policy/rule.ts';
import { noModels } from '../../fido-metadata/catalogue.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { attestPacked } from '../../testing/attestation/packed.ts';
import { metadata, modelsWith, openRegistrations } from '../../testing/attestation/registrations.ts';
import { deviceHere, enrol, here, openManager, signIn } from '../../testing/authenticator-ceremonies.ts';

async function asksFor(rule?: AuthenticatorRule) {
  await using opened = await openManager();
  if (rule) await opened.administration.setFloor({ rule, expectedRevision: 0, administrators: [] });
  const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
  const user = { name: 'ada', displayName: 'Ada' };
  const begun = { ...here, authorization: { ticket }, user };
  return (await opened.provider.beginRegistration(begun)).options.attestation;
}

describe('the conveyance of attestation', () => {
  it('is none, unless the installation says otherwise', async () => {
    assert.equal(await asksFor(), 'none');
    assert.equal(await asksFor({ attestation: 'indirect' }), 'indirect');
    assert.equal(await asksFor({ attestation: 'direct', enterprise: false }), 'direct');
  });

  it('may be of the enterprise, by a flag of its own', async () => {
    assert.equal(await asksFor({ attestation: 'direct', enterprise: true }), 'enterprise');
  });

  it('blocks no synced passkey, which attests nothing', async () => {
    await using opened = await openManager();
    const rule = { attestation: 'direct' } as const;
    await opened.administration.setFloor({ rule, expectedRevision: 0, administrators: [] });
    const { passkey } = await enrol(opened);
    assert.equal(passkey.attestation?.result, 'none');
    assert.equal(passkey.authenticator.attestation, 'none');
  });

  it('is not needed for what comes unasked: that is verified and kept all the same', async () => {
    const authority = createAttestationAuthority();
    await using registrations = await openRegistrations(modelsWith(authority.roots));
    assert.equal((await registrations.evidence(attestPacked(authority))).result, 'model');
  });

  it('names no metadata where there is none', async () => {
    await using registrations = await openRegistrations(noModels);
    const evidence = await registrations.evidence(attestPacked(createAttestationAuthority()));
    assert.deepEqual([evidence.result, 'metadata' in evidence], ['unknown', false]);
  });

  it('ends in what is known of the authenticator at each sign-in', async () => {
    const authority = createAttestationAuthority();
    const models = modelsWith(authority.roots);
    const aaguid = models.find('b5397666-4885-aa6b-cebf-e52262a439a2')?.aaguid;
    assert.ok(aaguid);
    await using opened = await openManager('sqlite::memory:', models);
    const device = deviceHere({ aaguid, synced: false, attestation: attestPacked(authority) });
    await enrol(opened, device);
    const { passkey } = await signIn(opened, { device });
    assert.deepEqual(passkey.authenticator, {
      attestation: 'model',
      vendor: 'Test Authenticators',
      keyProtection: ['hardware', 'secure_element'],
      statuses: ['FIDO_CERTIFIED_L2'],
      attestationTypes: ['basic_full'],
      metadata,
    });
  });
});
