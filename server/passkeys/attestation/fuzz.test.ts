import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../errors.ts';
import { attestAndroidKey } from '../../testing/attestation/android-key.ts';
import { attestApple } from '../../testing/attestation/apple.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { attestFidoU2f } from '../../testing/attestation/fido-u2f.ts';
import type { Attest } from '../../testing/attestation/made.ts';
import { attestPacked } from '../../testing/attestation/packed.ts';
import {
  aaguid,
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import { attestTpm } from '../../testing/attestation/tpm.ts';
import type { CborValue } from '../../testing/authenticator-cbor.ts';
import { mutation } from '../../testing/mutation.ts';

const noModel = '0'.repeat(32);

type Mutate = (bytes: Buffer) => Buffer;
/** Which of the byte strings of a statement, by a number that may be larger than how many there are. */
type Place = number;

/** Changes one byte string of a right statement; what is signed stays as it was. */
function mutated(attest: Attest, { place, mutate }: { place: Place; mutate: Mutate }): Attest {
  return (made) => {
    const { fmt, attStmt } = attest(made);
    const isBytes = (value: CborValue | undefined): value is Uint8Array => value instanceof Uint8Array;
    const x5c = (attStmt.get('x5c') ?? []) as readonly Uint8Array[];
    const members = [...attStmt].filter(([, value]) => isBytes(value)).map(([name]) => name);
    const at = place % (members.length + x5c.length);
    const name = members[at];
    const value = name === undefined ? undefined : attStmt.get(name);
    const changed: [string, CborValue] =
      name !== undefined && isBytes(value)
        ? [String(name), mutate(Buffer.from(value))]
        : ['x5c', x5c.map((der, i) => (i === at - members.length ? mutate(Buffer.from(der)) : der))];
    return { fmt, attStmt: new Map([...attStmt, changed]) };
  };
}

describe('fuzzed attestation statements', () => {
  const authority = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    const pinned = { vendor: 'Vendor', roots: [authority.root] };
    registrations = await openRegistrations(modelsWith(authority.roots), {
      vendorRoots: { 'fido-u2f': pinned },
    });
  });
  after(() => registrations[Symbol.asyncDispose]());

  const statements: Record<string, Attest> = {
    packed: attestPacked(authority),
    tpm: attestTpm(authority),
    'android-key': attestAndroidKey(authority),
    apple: attestApple(authority),
    'fido-u2f': attestFidoU2f(authority),
  };
  /** Refused with one code, or accepted as what nobody vouches for: a certificate that only its issuer could judge. */
  async function vouchesForNothing(attest: Attest, device: { aaguid: string }) {
    try {
      assert.equal((await registrations.evidence(attest, device)).result, 'unknown');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      assert.equal(error.code, 'passkey_rejected', String(error.stack));
    }
  }

  for (const [format, attest] of Object.entries(statements)) {
    const device = { aaguid: format === 'fido-u2f' ? noModel : aaguid };
    it(`W15 vouches for nothing in a ${format} statement that was changed`, () =>
      fc.assert(
        fc.asyncProperty(fc.nat(), mutation, (place, mutate) =>
          vouchesForNothing(mutated(attest, { place, mutate }), device),
        ),
        { numRuns: 150 },
      ));
  }

  const anything: fc.Arbitrary<CborValue> = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
  );
  const members = fc.constantFrom(
    'alg',
    'sig',
    'x5c',
    'ver',
    'certInfo',
    'pubArea',
    'ecdaaKeyId',
    '__proto__',
  );
  it('W15 O18 refuses members that hold anything', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(statements)),
        fc.array(fc.tuple(members, anything), { maxLength: 6 }),
        async (fmt, entries) => {
          const attempt = registrations.evidence(() => ({ fmt, attStmt: new Map(entries) }));
          await assert.rejects(attempt, { code: 'passkey_rejected' });
        },
      ),
      { numRuns: 300 },
    ));
});
