import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createAuthority } from '../testing/certificates.ts';
import { elements } from './der.ts';
import { pemBlocks } from './pem.ts';
import { readRevocationLists } from './revocation-list.ts';

const authority = await createAuthority({ trustDomain: 'example.com' });
const authorities = [new X509Certificate(authority.certificate)];
const [der = Buffer.alloc(0)] = pemBlocks(await authority.crl(['0123']), 'X509 CRL');
const { validUntil } = readRevocationLists(der, authorities);

/** Says the same as the list that was signed, or nothing. */
function isHarmless(bytes: Buffer): void {
  let list: ReturnType<typeof readRevocationLists>;
  try {
    list = readRevocationLists(bytes, authorities);
  } catch (error) {
    assert.ok(error instanceof Error);
    return;
  }
  assert.deepEqual([list.isRevoked('123'), list.validUntil], [true, validUntil]);
}

describe('a revocation list', () => {
  it('says nothing else when any one bit of it is changed', () => {
    for (let bit = 0; bit < der.length * 8; bit++) {
      const copy = Buffer.from(der);
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      isHarmless(copy);
    }
  });

  const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  for (const algorithm of [
    { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', ...rsa },
    { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32, ...rsa },
    { name: 'Ed25519' } as const,
  ])
    it(`is believed by a signature of ${algorithm.name}`, async () => {
      const signer = await createAuthority({ trustDomain: 'example.com', algorithm });
      const crl = Buffer.from(await signer.crl(['0123']));
      const list = readRevocationLists(crl, [...authorities, new X509Certificate(signer.certificate)]);
      assert.equal(list.isRevoked('123'), true);
      assert.throws(() => readRevocationLists(crl, authorities), /no authority in ca\.crt/);
    });

  it('says nothing when it is something else', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const sequence = bytes.map((content) => Buffer.concat([Buffer.from([0x30, content.length]), content]));
    fc.assert(fc.property(fc.oneof(bytes, sequence), isHarmless));
  });
});

describe('elements of DER', () => {
  it('are split, with long lengths too', () => {
    const long = Buffer.concat([Buffer.from([0x04, 0x81, 0x80]), Buffer.alloc(0x80)]);
    const found = elements(Buffer.concat([Buffer.from([0x02, 0x01, 0x05]), long]));
    assert.deepEqual(
      found.map(({ tag, content, whole }) => [tag, content.length, whole.length]),
      [
        [2, 1, 3],
        [4, 0x80, 0x83],
      ],
    );
  });

  it('end within what there is, and have a length', () => {
    for (const wrong of [
      [0x30],
      [0x30, 0x02, 0x00],
      [0x30, 0x80, 0, 0],
      [0x30, 0x85, 1, 1, 1, 1, 1],
      [0x30, 0x82, 1],
    ])
      assert.throws(() => elements(Buffer.from(wrong)), String(wrong));
  });
});
