import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { attestApple } from '../../testing/attestation/apple.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { newKeys } from '../../testing/attestation/certificate.ts';
import { der } from '../../testing/attestation/der.ts';
import {
  modelsWith,
  openRegistrations,
  type Registrations,
} from '../../testing/attestation/registrations.ts';
import type { RefusalReason } from '../refusal.ts';

describe('Apple anonymous attestation', () => {
  const apple = createAttestationAuthority();
  let registrations: Registrations;
  before(async () => {
    registrations = await openRegistrations(modelsWith([]), {
      vendorRoots: { apple: { vendor: 'Apple', roots: [apple.root] } },
    });
  });
  after(() => registrations[Symbol.asyncDispose]());

  for (const algorithm of ['ES256', 'RS256'] as const)
    it(`is verified to the root of Apple (${algorithm})`, async () => {
      const evidence = await registrations.evidence(attestApple(apple), { algorithm });
      assert.deepEqual([evidence.format, evidence.result, evidence.vendor], ['apple', 'vendor', 'Apple']);
    });

  it('of another authority is unknown', async () => {
    const { result } = await registrations.evidence(attestApple(createAttestationAuthority()));
    assert.equal(result, 'unknown');
  });

  const nonce = (bytes: Buffer) => der.sequence(der.tagged(1, der.octets(bytes)));
  const statements: [string, Parameters<typeof attestApple>[1] & {}, RefusalReason][] = [
    ['without certificates', { members: { x5c: undefined } }, 'attestation_statement_malformed'],
    ['about another ceremony', { signed: (right) => right.subarray(1) }, 'attestation_nonce_mismatch'],
    ['with a random nonce', { nonce: nonce(randomBytes(32)) }, 'attestation_nonce_mismatch'],
    ['with a nonce of another form', { nonce: der.octets(randomBytes(32)) }, 'attestation_nonce_mismatch'],
    ['with an empty nonce', { nonce: Buffer.of() }, 'attestation_nonce_mismatch'],
    ['without a nonce', { certificate: { extensions: [] } }, 'attestation_nonce_mismatch'],
    ['about another key', { key: newKeys().publicKey }, 'attestation_key_mismatch'],
    [
      'whose certificate has expired',
      { certificate: { notAfter: Date.now() - 60_000 } },
      'attestation_certificate_expired',
    ],
    ['that is forged', { certificate: { isForged: true } }, 'attestation_chain_broken'],
  ];
  for (const [what, changes, reason] of statements)
    it(`W15 refuses a statement ${what}`, () => registrations.refuses(attestApple(apple, changes), reason));
});
