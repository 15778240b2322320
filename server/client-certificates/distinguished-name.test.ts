import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isNamed, parseDistinguishedName } from './distinguished-name.ts';

/** As it lies in a certificate: the least specific part first. */
const inCertificate = [{ C: ['DE'] }, { O: ['Acme, Ltd.'] }, { OU: ['Jobs'], CN: ['billing  service'] }];

describe('a distinguished name (RFC 4514)', () => {
  it('is the same however it is escaped, spaced and capitalized', () => {
    for (const same of [
      'CN=billing service+OU=Jobs,O=Acme\\, Ltd.,C=DE',
      'ou=jobs + cn=Billing Service, o=ACME\\2C Ltd., c=de',
      '2.5.4.3=billing service+2.5.4.11=Jobs,2.5.4.10=Acme\\, Ltd.,2.5.4.6=DE',
    ])
      assert.ok(isNamed(inCertificate, same), same);
  });

  it('is another one in another order, with less, with more, and with another value', () => {
    for (const other of [
      'C=DE,O=Acme\\, Ltd.,CN=billing service+OU=Jobs',
      'O=Acme\\, Ltd.,C=DE',
      'CN=billing service,O=Acme\\, Ltd.,C=DE',
      'CN=billing service+OU=Jobs,O=Acme\\, Ltd.,C=DE,DC=x',
      'CN=billing service+OU=Jobs,O=Acme,C=DE',
      'CN=billing service+OU=Jobs+L=x,O=Acme\\, Ltd.,C=DE',
    ])
      assert.ok(!isNamed(inCertificate, other), other);
  });

  it('takes no part for another because it says one thing twice', () => {
    assert.ok(!isNamed([{ C: ['DE'] }, { CN: ['a', 'a'] }], 'CN=a+OU=admin,C=DE'));
    assert.throws(() => parseDistinguishedName('CN=a+CN=b'), TypeError);
  });

  it('reads bytes of UTF-8, and refuses what is none', () => {
    assert.ok(isNamed([{ CN: ['Müller'] }], 'CN=M\\C3\\BCller'));
    for (const wrong of ['', 'billing', 'CN=', 'CN=a,', 'CN=a"b', 'CN=#0403', 'CN=a;O=b', '=a', 'CN=a\\'])
      assert.throws(() => parseDistinguishedName(wrong), TypeError, wrong);
  });

  it('throws nothing but a TypeError, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parseDistinguishedName(text);
        } catch (error) {
          assert.ok(error instanceof TypeError);
        }
      }),
    );
  });
});
