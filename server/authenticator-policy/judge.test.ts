import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttestationResult, AuthenticatorFacts } from '../receipts/authenticator-facts.ts';
import { models } from '../testing/authenticator-rules.ts';
import { conveyanceFor, hintsFor } from './enough.ts';
import {
  type JudgedPasskey,
  judgedPasskey,
  type ListedPasskey,
  objections,
  objectionsOf,
  objectionsTo,
  signedPasskey,
} from './judge.ts';
import { requirementsOf } from './merge.ts';
import type { Requirements } from './rule.ts';

const facts = (more: Partial<AuthenticatorFacts> = {}): AuthenticatorFacts => ({
  attestation: 'model',
  vendor: 'Yubico AB',
  keyProtection: ['hardware', 'secure_element'],
  statuses: ['FIDO_CERTIFIED_L2', 'FIDO_CERTIFIED'],
  metadata: { no: 7, isCurrent: true },
  ...more,
});
const passkey = (more: Partial<JudgedPasskey> = {}): JudgedPasskey => ({
  aaguid: models.key,
  backupEligible: false,
  authenticator: facts(),
  registeredAt: 0,
  ...more,
});
const attested = (attestation: AttestationResult) => passkey({ authenticator: facts({ attestation }) });
const unattested = ['self', 'none', 'unknown'] as const;

/** Each row: what is asked, what passes, and what fails with which objection. */
const table: [Requirements, (typeof objections)[number], JudgedPasskey[], JudgedPasskey[]][] = [
  [
    { allowedModels: [models.key] },
    'model_not_allowed',
    [passkey()],
    [
      passkey({ aaguid: models.phone }),
      attested('vendor'),
      ...unattested.map(attested),
      { aaguid: models.key },
    ],
  ],
  [
    { deniedModels: [models.key] },
    'model_denied',
    [passkey({ aaguid: models.phone }), { aaguid: models.none }],
    [passkey(), ...unattested.map(attested), { aaguid: models.key }],
  ],
  [
    { refusedStatuses: ['REVOKED'] },
    'status_refused',
    [passkey(), { aaguid: models.key }],
    [
      passkey({ authenticator: facts({ statuses: ['FIDO_CERTIFIED', 'REVOKED'] }) }),
      passkey({ authenticator: facts({ statuses: ['REVOKED'], attestation: 'none' }) }),
    ],
  ],
  [
    { leastCertification: 'FIDO_CERTIFIED_L1plus' },
    'certification_too_low',
    [passkey()],
    [
      passkey({ authenticator: facts({ statuses: ['FIDO_CERTIFIED_L1'] }) }),
      passkey({ authenticator: facts({ statuses: [] }) }),
      attested('vendor'),
      ...unattested.map(attested),
      { aaguid: models.key },
    ],
  ],
  [
    { keyProtection: ['secure_element', 'tee'] },
    'key_protection_too_weak',
    [passkey(), passkey({ authenticator: facts({ keyProtection: ['hardware', 'tee'] }) })],
    [
      passkey({ authenticator: facts({ keyProtection: ['hardware'] }) }),
      passkey({ authenticator: facts({ keyProtection: [] }) }),
      attested('vendor'),
      ...unattested.map(attested),
      { aaguid: models.key },
    ],
  ],
  [
    { deviceBound: true },
    'not_device_bound',
    [passkey(), attested('none')],
    [passkey({ backupEligible: true }), { aaguid: models.key }],
  ],
  [
    { attestationVerified: true },
    'attestation_not_verified',
    [passkey(), attested('vendor')],
    [...unattested.map(attested), { aaguid: models.key }],
  ],
  [
    { vendors: ['Yubico AB'] },
    'vendor_not_allowed',
    [passkey(), attested('vendor')],
    [
      passkey({ authenticator: facts({ vendor: 'Acme' }) }),
      ...unattested.map(attested),
      { aaguid: models.key },
    ],
  ],
];

describe('W15 a passkey and what is asked of it', () => {
  for (const [rule, objection, good, bad] of table) {
    it(`${objection}: ${JSON.stringify(rule)}`, () => {
      for (const each of good) assert.deepEqual(objectionsTo(each, rule), [], JSON.stringify(each));
      for (const each of bad) assert.deepEqual(objectionsTo(each, rule), [objection], JSON.stringify(each));
    });
  }

  it('has a row for each objection', () => {
    const rows = new Set<string>([...table.map(([, objection]) => objection), 'metadata_outdated']);
    assert.deepEqual([...rows].sort(), [...objections].sort());
  });

  it('lets metadata that is too old vouch for nothing new', () => {
    const old = passkey({ authenticator: facts({ metadata: { no: 7, isCurrent: false } }) });
    for (const rule of [
      { allowedModels: [models.key] },
      { leastCertification: 'FIDO_CERTIFIED' },
      { keyProtection: ['hardware'] },
    ] satisfies Requirements[]) {
      assert.deepEqual(objectionsTo({ ...old, isNew: true }, rule), ['metadata_outdated']);
      assert.deepEqual(objectionsTo(old, rule), []);
      assert.deepEqual(objectionsTo({ ...passkey(), isNew: true }, rule), []);
    }
    assert.deepEqual(objectionsTo({ ...old, isNew: true }, { vendors: ['Yubico AB'] }), []);
  });

  it('objects to nothing where nothing is asked', () => {
    assert.deepEqual(objectionsTo({ aaguid: models.none }, {}), []);
    assert.deepEqual(objectionsTo({ aaguid: models.none }, { leastPasskeys: 3, attestation: 'direct' }), []);
  });

  it('is read from a receipt as the manager signed it', () => {
    const claims = {
      aaguid: models.key,
      flags: { userPresent: true, userVerified: true, backupEligible: false, backedUp: false },
      authenticator: facts(),
      registeredAt: 0,
    };
    assert.deepEqual(signedPasskey(claims), passkey());
    const { authenticator: _, registeredAt: __, ...before } = claims;
    assert.deepEqual(objectionsTo(signedPasskey(before), { attestationVerified: true }), [
      'attestation_not_verified',
    ]);
  });
});

describe('what a person may do where a passkey is not enough', () => {
  const listed = (more: Partial<ListedPasskey>): ListedPasskey => ({
    id: 'a',
    name: 'Phone',
    aaguid: models.phone,
    authenticator: facts({ attestation: 'none' }),
    createdAt: 0,
    status: 'active',
    ...more,
  });
  const rules = [{ name: 'the app', rule: { attestationVerified: true } }];

  it('is told which of their passkeys would do, and where to look for a new one', () => {
    const key = { id: 'b', name: 'Key', aaguid: models.key, model: 'YubiKey 5', authenticator: facts() };
    const wouldDo = (one: ListedPasskey) => objectionsOf(rules, judgedPasskey(one), 0).length === 0;
    assert.deepEqual([listed({}), listed(key)].map(wouldDo), [false, true]);
    assert.deepEqual(hintsFor(requirementsOf(rules, { now: 0 })), ['security-key', 'client-device']);
  });

  it('is asked to tell of a new authenticator what the rule needs', () => {
    assert.equal(conveyanceFor({}), 'none');
    assert.equal(conveyanceFor({ attestation: 'indirect' }), 'indirect');
    assert.equal(conveyanceFor({ attestation: 'indirect', vendors: ['x'] }), 'direct');
    assert.equal(conveyanceFor({ keyProtection: ['tee'] }), 'direct');
    assert.equal(conveyanceFor({ enterprise: true }), 'enterprise');
    assert.deepEqual(hintsFor({ refusedStatuses: ['REVOKED'] }), []);
    assert.deepEqual(hintsFor({ deniedModels: [models.key] }), ['client-device', 'hybrid', 'security-key']);
    assert.deepEqual(hintsFor({ deviceBound: true }), ['security-key', 'client-device']);
  });
});
