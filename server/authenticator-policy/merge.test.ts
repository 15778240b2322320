import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../errors.ts';
import { anyNamedRule, anyPasskey, models } from '../testing/authenticator-rules.ts';
import { type JudgedPasskey, objectionsOf } from './judge.ts';
import { floorOf, mergeRules, requirementsOf, ruleFields } from './merge.ts';
import {
  type AuthenticatorRule,
  checked,
  type NamedRule,
  refusedByDefault,
  ruleSchema,
  writtenRuleSchema,
} from './rule.ts';

const anyRules = fc.array(anyNamedRule, { maxLength: 4 });
const anyUse = fc.record({ passkey: anyPasskey, now: fc.integer({ min: 0, max: 5 }) });

/** Rules that contradict each other accept nothing. */
function accepts(rules: readonly NamedRule[], passkey: JudgedPasskey, now: number): boolean {
  try {
    return objectionsOf(rules, passkey, now).length === 0;
  } catch (error) {
    if (error instanceof AppError && error.code === 'rules_contradict') return false;
    throw error;
  }
}

function merged(rules: readonly NamedRule[]): unknown {
  try {
    return mergeRules(rules);
  } catch (error) {
    return (error as AppError).code;
  }
}

const named = (name: string, rule: AuthenticatorRule): NamedRule => ({ name, rule });
const contradicts = (rules: readonly NamedRule[], detail: string) =>
  assert.throws(
    () => mergeRules(rules),
    (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.detail], ['rules_contradict', detail]);
      return true;
    },
  );

describe('rules for authenticators, together', () => {
  it('W15 never accept more than one of them alone', () => {
    fc.assert(
      fc.property(anyRules, anyNamedRule, anyUse, (rules, added, { passkey, now }) => {
        if (!accepts([...rules, added], passkey, now)) return;
        assert.ok(accepts(rules, passkey, now));
        assert.ok(accepts([added], passkey, now));
      }),
      { numRuns: 5000 },
    );
  });

  it('accept what each of them accepts, apart from places of keys that have nothing in common', () => {
    const withoutPlaces = anyNamedRule.map(({ name, rule: { keyProtection: _, ...rule } }) =>
      named(name, rule),
    );
    fc.assert(
      fc.property(fc.array(withoutPlaces, { maxLength: 4 }), anyUse, (rules, { passkey, now }) => {
        if (!rules.every((rule) => accepts([rule], passkey, now))) return;
        assert.ok(accepts(rules, passkey, now));
      }),
      { numRuns: 5000 },
    );
  });

  it('are the same in any order', () => {
    const shuffled = anyRules.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
    );
    fc.assert(fc.property(shuffled, ([rules, other]) => assert.deepEqual(merged(other), merged(rules))));
  });

  it('are the same in any grouping', () => {
    fc.assert(
      fc.property(anyRules, anyRules, (first, second) => {
        const part = merged(first);
        if (typeof part === 'string') return assert.equal(merged([...first, ...second]), part);
        assert.deepEqual(
          merged([named('both', part as AuthenticatorRule), ...second]),
          merged([...first, ...second]),
        );
      }),
    );
  });

  it('are not changed by one that is there already', () => {
    fc.assert(
      fc.property(anyRules, (rules) => assert.deepEqual(merged([...rules, ...rules]), merged(rules))),
    );
  });

  it('say what each field means, and what is stricter', () => {
    assert.deepEqual(Object.keys(ruleFields).sort(), Object.keys(ruleSchema.shape).sort());
    for (const { means, stricter } of Object.values(ruleFields)) assert.ok(means && stricter);
  });

  it('name the two that leave nothing that both allow', () => {
    const first = named('the installation', { allowedModels: [models.key] });
    const between = named('the group A', { vendors: ['Acme'] });
    const second = named('the group B', { allowedModels: [models.phone] });
    const detail = 'the rules of the group B and the installation have no allowedModels in common';
    contradicts([first, between, second], detail);
    const denies = named('the app C', { deniedModels: [models.key] });
    contradicts(
      [first, denies],
      'the rules of the app C and the installation deny every model that is in allowedModels',
    );
  });

  it('name all where no two contradict each other alone', () => {
    const rules = [
      named('A', { vendors: ['x', 'y'] }),
      named('B', { vendors: ['y', 'z'] }),
      named('C', { vendors: ['x', 'z'] }),
    ];
    contradicts(rules, 'the rules of A and B and C have no vendors in common');
  });

  it('hold from their date on, for older passkeys only where they say so', () => {
    const at = Date.UTC(2027, 0, 1);
    const later = named('A', { deviceBound: true, effectiveFrom: at });
    const asks = (rule: NamedRule, now: number, registeredAt?: number) =>
      requirementsOf([rule], { now, registeredAt }).deviceBound === true;
    assert.equal(asks(later, at - 1, at - 1), false);
    assert.equal(asks(later, at, at - 1), false);
    assert.equal(asks(later, at, at), true);
    assert.equal(asks(later, at), true);
    const forAll = named('A', { ...later.rule, olderPasskeys: 'refuse' });
    assert.equal(asks(forAll, at - 1, at - 1), false);
    assert.equal(asks(forAll, at, at - 1), true);
  });

  it('refuse revoked and compromised models where the installation says nothing else', () => {
    assert.ok(floorOf({ deviceBound: true }).rule.refusedStatuses?.includes('REVOKED'));
    assert.deepEqual(floorOf({ refusedStatuses: [] }).rule.refusedStatuses, []);
  });
});

describe('a rule for authenticators', () => {
  const refuses = (input: unknown, field: string, detail: RegExp) =>
    assert.throws(
      () => checked(ruleSchema, input),
      (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.field, field);
        assert.match(error.detail ?? '', detail);
        return true;
      },
    );

  it('is refused by the name of its field', () => {
    refuses({ allowedModel: [models.key] }, 'allowedModel', /^allowedModel is not known$/);
    refuses({ allowedModels: ['YubiKey'] }, 'allowedModels.0', /^allowedModels.0 must be an AAGUID/);
    refuses({ allowedModels: [] }, 'allowedModels', /^allowedModels must name at least one/);
    refuses({ attestation: 'always' }, 'attestation', /must be one of none, indirect, direct$/);
    refuses(
      { leastPasskeys: 0, deviceBound: 'yes' },
      'deviceBound',
      /deviceBound must be.*\nleastPasskeys must be/,
    );
    refuses({ vendors: 'Example' }, 'vendors', /^vendors must be a list$/);
    refuses([], 'rule', /^rule /);
    refuses(undefined, 'rule', /^rule /);
  });

  it('W15 refuses no status that speaks against nothing, as a slip in one would', () => {
    const written = (refusedStatuses: string[]) => checked(writtenRuleSchema, { refusedStatuses });
    for (const status of ['REVOKE', 'revoked', 'UPDATE_AVAILABLE'])
      assert.throws(
        () => written([status]),
        (error) => /must be NOT_FIDO_CERTIFIED or one of .*REVOKED/.test((error as AppError).detail ?? ''),
      );
    const known = [
      ...refusedByDefault,
      'NOT_FIDO_CERTIFIED',
      'FIDO_CERTIFIED_L1plus',
      'SUPPLY_CHAIN_COMPROMISE',
    ];
    assert.equal(written(known).refusedStatuses?.length, known.length);
  });

  it('is the same set however it is written', () => {
    const rule = checked(ruleSchema, {
      deniedModels: [models.phone.toUpperCase(), models.key, models.phone],
      refusedStatuses: ['REVOKED', 'REVOKED'],
    });
    assert.deepEqual(rule, { deniedModels: [models.key, models.phone], refusedStatuses: ['REVOKED'] });
  });
});
