import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  deviceHere,
  enrol,
  type OpenedManager,
  openManager,
  refuses,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import type { RefusalReason } from './refusal.ts';

/** The order of P-256 (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const read = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** The two numbers of a signature in DER, as they stand. */
function parts(signature: Buffer): [Buffer, Buffer] {
  const middle = 4 + (signature[3] ?? 0);
  return [signature.subarray(4, middle), signature.subarray(middle + 2)];
}

function der(r: Uint8Array, s: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.of(2, r.length), r, Buffer.of(2, s.length), s]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** A number as the body of a DER integer. */
function positive(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

const padded = (number: Buffer) => Buffer.concat([Buffer.alloc(32), number]).subarray(-32);

describe('signatures', () => {
  let opened: OpenedManager;
  before(async () => {
    opened = await openManager();
  });
  after(() => opened[Symbol.asyncDispose]());

  const forged: Record<string, [(r: Buffer, s: Buffer) => Uint8Array, RefusalReason]> = {
    'r and s swapped': [(r, s) => der(s, r), 'signature_invalid'],
    'r and s of zero': [() => der(Buffer.of(0), Buffer.of(0)), 'signature_malformed'],
    'r and s of one': [() => der(Buffer.of(1), Buffer.of(1)), 'signature_invalid'],
    's plus the order': [(r, s) => der(r, positive(read(s) + order)), 'signature_invalid'],
    'leading zeros': [(r, s) => der(Buffer.concat([Buffer.of(0, 0), r]), s), 'signature_malformed'],
    'a negative r': [
      (r, s) => der(Buffer.concat([Buffer.of(0xff), r.subarray(1)]), s),
      'signature_malformed',
    ],
    'trailing bytes': [(r, s) => Buffer.concat([der(r, s), Buffer.of(0)]), 'signature_malformed'],
    'trailing bytes inside': [
      (r, s) => Buffer.concat([Buffer.of(0x30, der(r, s).length), der(r, s).subarray(2), Buffer.of(5, 0)]),
      'signature_malformed',
    ],
    'a long-form length': [
      (r, s) => Buffer.concat([Buffer.of(0x30, 0x81), der(r, s).subarray(1)]),
      'signature_malformed',
    ],
    'an indefinite length': [
      (r, s) => Buffer.concat([Buffer.of(0x30, 0x80), der(r, s).subarray(2), Buffer.of(0, 0)]),
      'signature_malformed',
    ],
    'raw r and s': [(r, s) => Buffer.concat([padded(r), padded(s)]), 'signature_malformed'],
  };
  for (const [what, [forge, reason]] of Object.entries(forged))
    it(`W17 refuses ${what}`, async () => {
      const { device } = await enrol(opened);
      const signature = (right: Buffer) => forge(...parts(right));
      await refuses(opened, signIn(opened, { device, overrides: { signature } }), { reason });
    });

  it('W17 accepts a high s: ECDSA is malleable, and nothing is decided by a signature being new', async () => {
    const { device } = await enrol(opened);
    const signature = (right: Buffer) => {
      const [r, s] = parts(right);
      return der(r, positive(order - read(s)));
    };
    assert.ok(await signIn(opened, { device, overrides: { signature } }));
  });

  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
    it(`W17 refuses the signature of another key (${algorithm})`, async () => {
      const person = await enrol(opened, deviceHere({ algorithm }));
      const { device } = await enrol(opened, deviceHere({ algorithm }));
      const [credential] = device.credentials;
      assert.ok(credential);
      const posing = { ...credential, id: person.passkey.id, userHandle: person.userHandle };
      await refuses(opened, signIn(opened, { device, overrides: { credential: posing } }), {
        reason: 'signature_invalid',
      });
    });

    it(`W17 refuses an empty, short, long or changed signature (${algorithm})`, async () => {
      const { device } = await enrol(opened, deviceHere({ algorithm }));
      const malformed = algorithm === 'ES256' ? 'signature_malformed' : 'signature_invalid';
      const changes: [(right: Buffer) => Uint8Array, RefusalReason][] = [
        [() => Buffer.alloc(0), 'response_malformed'],
        [(right) => right.subarray(0, -1), malformed],
        [(right) => Buffer.concat([right, Buffer.of(0)]), malformed],
        [() => Buffer.alloc(2048), 'response_malformed'],
        [(right) => Buffer.from(right.map((byte, at) => (at === 20 ? byte ^ 1 : byte))), 'signature_invalid'],
      ];
      for (const [signature, reason] of changes)
        await refuses(opened, signIn(opened, { device, overrides: { signature } }), { reason });
    });
  }
});
