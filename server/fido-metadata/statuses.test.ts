import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusesInForce } from './statuses.ts';

type Told = readonly (readonly [status: string, day?: string])[];
const today = Date.parse('2026-11-28');
const inForce = (told: Told, now = today) =>
  statusesInForce(
    told.map(([status, day]) => ({ status, effectiveAt: day === undefined ? 0 : Date.parse(day) })),
    now,
  );

describe('the statuses in force', () => {
  const cases: [what: string, told: Told, expected: string[]][] = [
    ['are none without reports', [], []],
    [
      'have the highest certification first, each once',
      [
        ['FIDO_CERTIFIED', '2020-01-01'],
        ['FIDO_CERTIFIED_L1', '2020-01-01'],
        ['FIDO_CERTIFIED_L3plus', '2021-01-01'],
        ['FIDO_CERTIFIED_L2', '2020-06-01'],
        ['FIDO_CERTIFIED', '2022-01-01'],
      ],
      ['FIDO_CERTIFIED_L3plus', 'FIDO_CERTIFIED_L2', 'FIDO_CERTIFIED_L1', 'FIDO_CERTIFIED'],
    ],
    ['say that it was not certified', [['NOT_FIDO_CERTIFIED', '2020-01-01']], ['NOT_FIDO_CERTIFIED']],
    [
      'forget that once it was',
      [
        ['NOT_FIDO_CERTIFIED', '2020-01-01'],
        ['FIDO_CERTIFIED_L1', '2021-01-01'],
      ],
      ['FIDO_CERTIFIED_L1'],
    ],
    [
      'lose certifications that were taken back',
      [
        ['FIDO_CERTIFIED_L2', '2020-01-01'],
        ['REVOKED', '2022-01-01'],
      ],
      ['REVOKED'],
    ],
    [
      'keep what speaks against it, whatever the order in the list',
      [
        ['ATTESTATION_KEY_COMPROMISE', '2024-01-01'],
        ['FIDO_CERTIFIED_L1', '2020-01-01'],
      ],
      ['FIDO_CERTIFIED_L1', 'ATTESTATION_KEY_COMPROMISE'],
    ],
    [
      'are restored by a later certification',
      [
        ['USER_KEY_REMOTE_COMPROMISE', '2024-01-01'],
        ['FIDO_CERTIFIED_L1', '2024-01-02'],
      ],
      ['FIDO_CERTIFIED_L1'],
    ],
    [
      'are not restored by one of the same day',
      [
        ['FIDO_CERTIFIED_L1', '2024-01-01'],
        ['USER_VERIFICATION_BYPASS', '2024-01-01'],
      ],
      ['FIDO_CERTIFIED_L1', 'USER_VERIFICATION_BYPASS'],
    ],
    [
      'are not restored by an update: the device in the hand may not have it',
      [
        ['USER_KEY_PHYSICAL_COMPROMISE', '2024-01-01'],
        ['UPDATE_AVAILABLE', '2024-02-01'],
      ],
      ['USER_KEY_PHYSICAL_COMPROMISE'],
    ],
    [
      'keep what speaks against it where no day is told, whatever came',
      [['REVOKED'], ['FIDO_CERTIFIED_L1', '2024-01-02']],
      ['REVOKED'],
    ],
    [
      'fear a compromise that has no name yet',
      [['SUPPLY_CHAIN_COMPROMISE', '2024-01-01']],
      ['SUPPLY_CHAIN_COMPROMISE'],
    ],
    ['hold without a date', [['REVOKED']], ['REVOKED']],
    ['leave out what only informs', [['SELF_ASSERTION_SUBMITTED', '2024-01-01']], []],
  ];
  for (const [what, told, expected] of cases) it(what, () => assert.deepEqual(inForce(told), expected));

  it('wait for the day of a report', () => {
    const told: Told = [
      ['FIDO_CERTIFIED_L1', '2020-01-01'],
      ['REVOKED', '2026-11-29'],
    ];
    assert.deepEqual(inForce(told), ['FIDO_CERTIFIED_L1']);
    assert.deepEqual(inForce(told, Date.parse('2026-11-29')), ['REVOKED']);
  });
});
