import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldsOfRule, noRule, readRule, ruleProblems, typedRule } from './rule-form.ts';

const rule = {
  attestation: 'direct',
  allowedModels: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'],
  leastCertification: 'FIDO_CERTIFIED_L2',
  keyProtection: ['hardware', 'tee'],
  deviceBound: true,
  attestationVerified: true,
  vendors: ['One', 'Two'],
  leastPasskeys: 2,
  effectiveFrom: '2027-01-31',
  olderPasskeys: 'accept',
};

describe('a rule as a form', () => {
  it('comes back as what the file says', () => {
    assert.deepEqual(readRule(fieldsOfRule(rule)), rule);
  });

  it('asks nothing where nothing was filled in, whatever is said of older passkeys', () => {
    assert.deepEqual(readRule(noRule), {});
    assert.deepEqual(readRule({ ...noRule, olderPasskeys: 'refuse' }), {});
  });

  it('is read from what a browser sends', () => {
    const form = new URLSearchParams(
      'deviceBound=on&keyProtection=hardware&keyProtection=tee&vendors=One%0D%0ATwo&leastPasskeys=2&olderPasskeys=accept',
    );
    assert.deepEqual(readRule(typedRule(form)), {
      deviceBound: true,
      keyProtection: ['hardware', 'tee'],
      vendors: ['One', 'Two'],
      leastPasskeys: 2,
      olderPasskeys: 'accept',
    });
  });

  it('names the field of the form, wherever in the file it stands', () => {
    assert.deepEqual(
      ruleProblems({ 'groups.Berlin. office.allowedModels.0': 'a', 'installation.leastPasskeys': 'b' }),
      { allowedModels: 'a', leastPasskeys: 'b' },
    );
  });
});
