import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createAuthority, derOf, type Shape, type TestAuthority } from '../testing/certificates.ts';
import { CertificateError, type CertificateReason, readServiceCertificate } from './certificate.ts';
import { daysLeft, needsRenewal } from './lifetime.ts';
import { KeyUsageFlags, SubjectAlternativeNameExtension } from './x509.ts';

const rules = { trustDomain: 'example.com' };
const own = 'spiffe://example.com/provider';
let authority: TestAuthority;

const leafOf = async (shape: Partial<Shape> = {}) =>
  derOf((await authority.issue({ name: 'provider', ...shape })).certificate);

function refused(der: Buffer, reason: CertificateReason): void {
  assert.throws(
    () => readServiceCertificate(der, rules),
    (error) => error instanceof CertificateError && error.reason === reason,
    reason,
  );
}

describe('the certificate of a service', () => {
  before(async () => {
    authority = await createAuthority(rules);
  });

  it('tells who it is, until when, and its number', async () => {
    const [notBefore, notAfter] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 2)];
    const der = await leafOf({ serialNumber: '00ABCDEF01', notBefore, notAfter, dns: ['provider.internal'] });
    assert.deepEqual(readServiceCertificate(der, rules), {
      name: 'provider',
      serialNumber: 'abcdef01',
      notBefore,
      notAfter,
      fingerprint: new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase(),
    });
  });

  it('may leave out the extended key usage', async () => {
    const der = await leafOf({ extendedKeyUsages: [] });
    assert.equal(readServiceCertificate(der, rules).name, 'provider');
  });

  const { digitalSignature, keyCertSign, cRLSign, keyAgreement } = KeyUsageFlags;
  const wrong: [sentence: string, reason: CertificateReason, shape: Partial<Shape>][] = [
    ['without a URI', 'san_missing', { uris: [], dns: ['provider'] }],
    ['without any name', 'san_missing', { uris: [] }],
    ['with two URIs', 'san_many', { uris: [own, 'spiffe://example.com/monitor'] }],
    ['with one URI twice', 'san_many', { uris: [own, own] }],
    ['of another trust domain', 'san_foreign', { uris: ['spiffe://example.org/provider'] }],
    ['of a service that is none', 'san_foreign', { uris: ['spiffe://example.com/root'] }],
    ['of a path below a service', 'san_foreign', { uris: [`${own}/x`] }],
    ['in other letters', 'san_foreign', { uris: ['spiffe://EXAMPLE.com/provider'] }],
    ['with more after a NUL', 'san_foreign', { uris: [`${own}\0.evil`] }],
    ['that is an authority', 'ca', { ca: true }],
    ['that may sign certificates', 'key_usage', { keyUsages: digitalSignature | keyCertSign }],
    ['that may sign lists', 'key_usage', { keyUsages: digitalSignature | cRLSign }],
    ['that may not sign', 'key_usage', { keyUsages: keyAgreement }],
    ['for servers alone', 'key_usage', { extendedKeyUsages: ['1.3.6.1.5.5.7.3.1'] }],
    [
      'with a second list of names',
      'malformed',
      { extensions: [new SubjectAlternativeNameExtension([{ type: 'url', value: own }])] },
    ],
  ];
  for (const [sentence, reason, shape] of wrong)
    it(`is refused ${sentence}`, async () => refused(await leafOf(shape), reason));

  it('is refused in PEM, cut off, with more behind it, and when it is huge', async () => {
    const { certificate } = await authority.issue({ name: 'provider' });
    const der = derOf(certificate);
    refused(Buffer.from(certificate), 'malformed');
    refused(der.subarray(0, -1), 'malformed');
    refused(Buffer.concat([der, Buffer.from([0])]), 'malformed');
    refused(Buffer.concat([der, der]), 'malformed');
    refused(await leafOf({ dns: Array.from({ length: 2000 }, (_, index) => `host-${index}`) }), 'malformed');
  });

  it('throws nothing but its own error, whatever the bytes', async () => {
    const der = await leafOf({ dns: ['provider'] });
    const changed = fc
      .array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const copy = Buffer.from(der);
        for (const [at, value] of changes) copy.writeUInt8(value, at);
        return copy;
      });
    const nested = fc.nat(6000).map((depth) => Buffer.alloc(depth * 2, Buffer.from([0x30, 0x80])));
    const arbitrary = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
    const property = fc.property(fc.oneof(changed, arbitrary, nested), (bytes) => {
      try {
        assert.equal(readServiceCertificate(bytes, rules).name.length > 0, true);
      } catch (error) {
        assert.ok(error instanceof CertificateError, String(error));
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('never becomes another service by a few changed bytes alone that keep it readable', async () => {
    const der = await leafOf();
    for (let at = 0; at < der.length; at++) {
      const copy = Buffer.from(der);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      try {
        assert.equal(readServiceCertificate(copy, rules).name, 'provider', `byte ${at}`);
      } catch (error) {
        assert.ok(error instanceof CertificateError, String(error));
      }
    }
  });
});

describe('the life of a certificate', () => {
  const day = 24 * 60 * 60 * 1000;
  const life = { notBefore: 0, notAfter: 3 * day };

  it('is to be renewed when a third of it is left', () => {
    assert.equal(needsRenewal(life, 2 * day - 1), false);
    assert.equal(needsRenewal(life, 2 * day), true);
  });

  it('is counted in days, also after its end', () => {
    assert.equal(daysLeft(life, 1.5 * day), 1.5);
    assert.equal(daysLeft(life, 4 * day), -1);
  });
});
