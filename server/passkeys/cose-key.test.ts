import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { type CborMap, type CborValue, encodeCbor } from '../testing/authenticator-cbor.ts';
import { type AlgorithmName, algorithms, coseKey, generateKeyPair } from '../testing/authenticator-keys.ts';
import { checkCoseKey } from './cose-key.ts';
import { isSoundEd25519Point } from './ed25519-point.ts';

const keys = Object.fromEntries(
  (Object.keys(algorithms) as AlgorithmName[]).map((name) => [
    name,
    coseKey(name, generateKeyPair(name).publicKey),
  ]),
) as Record<AlgorithmName, CborMap>;

/** A right key with members replaced; `undefined` leaves one out. */
function changed(name: AlgorithmName, members: Record<number, CborValue | undefined>): Buffer {
  const entries: Map<number | string, CborValue> = new Map(keys[name]);
  for (const [member, value] of Object.entries(members))
    if (value === undefined) entries.delete(Number(member));
    else entries.set(Number(member), value);
  return encodeCbor(entries);
}

function refused(bytes: Buffer, reason: 'key_malformed' | 'algorithm_not_offered'): void {
  assert.throws(
    () => checkCoseKey(bytes),
    (error) => error instanceof AppError && error.code === 'passkey_rejected' && error.detail === reason,
  );
}

const otherPoint = Buffer.from(keys.ES256.get(-2) as Uint8Array).map((byte) => byte ^ 1);
const modulusOf = (bits: number) =>
  Buffer.from(
    String(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }).n),
    'base64url',
  );

describe('COSE keys', () => {
  for (const [name, key] of Object.entries(keys))
    it(`accepts a key for ${name}`, () => {
      assert.equal(checkCoseKey(encodeCbor(key)), algorithms[name as AlgorithmName]);
    });

  it('W2 refuses algorithms that were not offered, such as RS1', () => {
    for (const alg of [-65535, -35, -37, -47, -9, 0, 'ES256', null])
      refused(changed('ES256', { 3: alg }), 'algorithm_not_offered');
    refused(changed('RS256', { 3: -65535 }), 'algorithm_not_offered');
    refused(changed('ES256', { 3: undefined }), 'algorithm_not_offered');
  });

  it('W2 refuses an algorithm on a key of another type or curve', () => {
    refused(changed('ES256', { 3: -8 }), 'key_malformed');
    refused(changed('ES256', { 3: -257 }), 'key_malformed');
    refused(changed('ES256', { 1: 1 }), 'key_malformed');
    refused(changed('ES256', { 1: 4 }), 'key_malformed');
    for (const crv of [2, 3, 6, 8, 99, 'P-256']) refused(changed('ES256', { [-1]: crv }), 'key_malformed');
    for (const crv of [1, 4, 7, 'Ed25519']) refused(changed('EdDSA', { [-1]: crv }), 'key_malformed');
    refused(changed('EdDSA', { 1: 2 }), 'key_malformed');
    refused(changed('RS256', { 1: 2 }), 'key_malformed');
  });

  it('W2 refuses a point that is not on P-256, or at infinity', () => {
    refused(changed('ES256', { [-2]: otherPoint }), 'key_malformed');
    refused(changed('ES256', { [-2]: Buffer.alloc(32), [-3]: Buffer.alloc(32) }), 'key_malformed');
    refused(changed('ES256', { [-2]: Buffer.alloc(32, 0xff) }), 'key_malformed');
  });

  it('W2 refuses coordinates that are missing, of another length, or no bytes', () => {
    for (const member of [-2, -3])
      for (const value of [undefined, Buffer.alloc(0), Buffer.alloc(31, 1), Buffer.alloc(33), 'x', true, 7])
        refused(changed('ES256', { [member]: value }), 'key_malformed');
    for (const value of [undefined, Buffer.alloc(31, 1), Buffer.alloc(33, 1), 'x'])
      refused(changed('EdDSA', { [-2]: value }), 'key_malformed');
  });

  it('W2 refuses a private part, and any other member', () => {
    refused(changed('ES256', { [-4]: Buffer.alloc(32, 1) }), 'key_malformed');
    refused(changed('EdDSA', { [-4]: Buffer.alloc(32, 1) }), 'key_malformed');
    refused(changed('RS256', { [-3]: Buffer.alloc(256, 1) }), 'key_malformed');
    refused(changed('ES256', { 2: Buffer.of(1) }), 'key_malformed');
  });

  it('W2 refuses RSA with a short or even modulus, or an exponent that is small, even or large', () => {
    refused(changed('RS256', { [-1]: modulusOf(512) }), 'key_malformed');
    refused(changed('RS256', { [-1]: modulusOf(1024) }), 'key_malformed');
    refused(changed('RS256', { [-1]: Buffer.alloc(2048, 0xff) }), 'key_malformed');
    const modulus = Buffer.from(keys.RS256.get(-1) as Uint8Array);
    refused(changed('RS256', { [-1]: Buffer.concat([Buffer.of(0), modulus]) }), 'key_malformed');
    refused(
      changed('RS256', { [-1]: Buffer.concat([modulus.subarray(0, -1), Buffer.of(2)]) }),
      'key_malformed',
    );
    for (const e of ['01', '03', '010000', '00', '0100000001', ''])
      refused(changed('RS256', { [-2]: Buffer.from(e, 'hex') }), 'key_malformed');
  });

  it('W2 refuses what is no map, or empty', () => {
    refused(encodeCbor([1, 2]), 'key_malformed');
    refused(encodeCbor(new Map()), 'algorithm_not_offered');
  });
});

describe('points of edwards25519', () => {
  /** The encodings of small order, canonical and not, as implementations list them (RFC 7748 §6.1, RFC 8032). */
  const smallOrder = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ];
  for (const hex of smallOrder)
    it(`W2 refuses ${hex}`, () => assert.equal(isSoundEd25519Point(Buffer.from(hex, 'hex')), false));

  it('W2 refuses what is not on the curve: about half of all encodings', () => {
    const off = Array.from({ length: 64 }, (_, at) => Buffer.alloc(32, at + 2)).filter(
      (encoded) => !isSoundEd25519Point(encoded),
    );
    assert.ok(off.length > 16 && off.length < 48, `${off.length} of 64`);
  });

  it('accepts the keys that Node generates', () => {
    for (let made = 0; made < 20; made += 1) {
      const { x } = generateKeyPair('EdDSA').publicKey.export({ format: 'jwk' });
      assert.equal(isSoundEd25519Point(Buffer.from(String(x), 'base64url')), true);
    }
  });
});
