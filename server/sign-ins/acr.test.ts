import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { acrOf, acrValues, amrOf, answeredAcr, reaches } from './acr.ts';

type Claims = Parameters<typeof amrOf>[0];
type Facts = NonNullable<Claims['authenticator']>;

const facts: Facts = {
  attestation: 'model',
  attestationTypes: ['basic_full'],
  keyProtection: ['hardware', 'secure_element'],
  statuses: ['FIDO_CERTIFIED_L2'],
  metadata: { no: 7, isCurrent: true },
};
const flags = { userPresent: true, userVerified: true, backupEligible: false, backedUp: false };
const key: Claims = { flags, authenticator: facts, assurance: 'confirmed' };
const withFacts = (changed: Partial<Facts>): Claims => ({ ...key, authenticator: { ...facts, ...changed } });
const without = (name: keyof Facts): Claims => {
  const { [name]: _, ...rest } = facts;
  return { ...key, authenticator: rest as Facts };
};

describe('the class of a sign-in', () => {
  it('is phrh for an attested key in hardware that cannot leave, of a model that is sound', () => {
    assert.equal(acrOf(key), 'phrh');
    for (const place of ['hardware', 'tee', 'secure_element'])
      assert.equal(acrOf(withFacts({ keyProtection: [place] })), 'phrh', place);
    for (const type of ['basic_full', 'attca'])
      assert.equal(acrOf(withFacts({ attestationTypes: ['basic_surrogate', type] })), 'phrh', type);
    assert.equal(acrOf(withFacts({ attestation: 'vendor' })), 'phrh');
  });

  const missing: Record<string, Claims> = {
    'W9 a key that may be backed up': { ...key, flags: { ...flags, backupEligible: true } },
    'W8 a user who was not verified': { ...key, flags: { ...flags, userVerified: false } },
    'W15 no attestation': withFacts({ attestation: 'none' }),
    'W15 a self attestation': withFacts({ attestation: 'self' }),
    'W15 a chain to no known root': withFacts({ attestation: 'unknown' }),
    'a model that attests with the passkey itself': withFacts({ attestationTypes: ['basic_surrogate'] }),
    'a model that attests anonymously': withFacts({ attestationTypes: ['anonca', 'ecdaa'] }),
    'a model that does not say how it attests': without('attestationTypes'),
    'a key in software': withFacts({ keyProtection: ['software'] }),
    'a key that is elsewhere': withFacts({ keyProtection: ['remote_handle'] }),
    'a model without metadata': withFacts({ keyProtection: [] }),
    'metadata that is too old': withFacts({ metadata: { no: 7, isCurrent: false } }),
    'no metadata at all': without('metadata'),
    'a receipt from before': { flags, assurance: 'confirmed' },
  };
  for (const [what, claims] of Object.entries(missing))
    it(`is phr at most with ${what}`, () => {
      assert.equal(acrOf(claims), 'phr');
      assert.ok(!amrOf(claims).includes('hwk'));
    });

  for (const status of [
    'REVOKED',
    'USER_VERIFICATION_BYPASS',
    'ATTESTATION_KEY_COMPROMISE',
    'USER_KEY_REMOTE_COMPROMISE',
    'USER_KEY_PHYSICAL_COMPROMISE',
  ])
    it(`is phr at most for a model that is ${status}, however it was certified`, () =>
      assert.equal(acrOf(withFacts({ statuses: ['FIDO_CERTIFIED_L3', status] })), 'phr'));

  it('is less than phr until a recovered passkey is confirmed, whatever holds it', () => {
    const claims: Claims = { ...key, assurance: 'unconfirmed' };
    assert.equal(acrOf(claims), 'urn:latchkey:acr:unconfirmed');
  });
});

describe('the methods of a sign-in', () => {
  it('are told where they are vouched for, and not otherwise', () => {
    assert.deepEqual(amrOf(key), ['pop', 'user', 'mfa', 'hwk']);
    assert.deepEqual(amrOf({ flags, assurance: 'confirmed' }), ['pop', 'user', 'mfa']);
    assert.deepEqual(amrOf(withFacts({ keyProtection: ['software'] })), ['pop', 'user', 'mfa', 'swk']);
    const claimed = { ...withFacts({ keyProtection: ['software'], attestation: 'none' }) };
    assert.deepEqual(amrOf(claimed), ['pop', 'user', 'mfa'], 'an AAGUID alone proves nothing');
  });

  it('W8 lack mfa where the user was not verified', () =>
    assert.deepEqual(amrOf({ flags: { ...flags, userVerified: false }, assurance: 'confirmed' }), [
      'pop',
      'user',
    ]));

  it('name the fingerprint and the PIN that the authenticator signed, each once', () => {
    const told = (uvm: number[]) => amrOf({ flags, assurance: 'confirmed', uvm }).slice(3);
    assert.deepEqual(told([0x02]), ['fpt']);
    assert.deepEqual(told([0x04, 0x800, 0x02]), ['pin', 'fpt']);
    assert.deepEqual(told([0x01, 0x10, 0x200]), [], 'no name in RFC 8176');
  });
});

describe('what is answered', () => {
  const acr = fc.constantFrom(...acrValues);
  const wanted = fc.array(fc.constantFrom<string>(...acrValues, 'urn:example:other', ''), { maxLength: 5 });

  it('matches a value that was asked for wherever one is reached (OIDC Core §5.5.1.1)', () => {
    assert.equal(answeredAcr('phrh', ['phr']), 'phr');
    assert.equal(answeredAcr('phrh', ['phr', 'phrh']), 'phrh');
    assert.equal(answeredAcr('phr', ['phrh']), 'phr');
    assert.equal(answeredAcr('phrh', []), 'phrh');
    assert.equal(answeredAcr('phrh', ['urn:example:other']), 'phrh');
    fc.assert(
      fc.property(acr, wanted, (reached, asked) =>
        assert.equal(reaches(reached, asked), asked.includes(answeredAcr(reached, asked) ?? '')),
      ),
    );
  });

  it('never claims more than was reached', () =>
    fc.assert(
      fc.property(acr, wanted, (reached, asked) =>
        assert.ok(reaches(reached, [answeredAcr(reached, asked) ?? ''])),
      ),
    ));
});
