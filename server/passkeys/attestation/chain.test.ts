import assert from 'node:assert/strict';
import { createPublicKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type AttestationAuthority,
  createAttestationAuthority,
} from '../../testing/attestation/authority.ts';
import {
  basicConstraints,
  type CertificateShape,
  certify,
  keyUsage,
  newKeys,
} from '../../testing/attestation/certificate.ts';
import { der } from '../../testing/attestation/der.ts';
import type { StatementChanges } from '../../testing/attestation/made.ts';
import { attestPacked, packedSubject } from '../../testing/attestation/packed.ts';
import { modelsWith, openRegistrations } from '../../testing/attestation/registrations.ts';
import type { RefusalReason } from '../refusal.ts';

const hour = 60 * 60 * 1000;
const expired = { notBefore: Date.now() - 3 * hour, notAfter: Date.now() - hour };

async function refuses(
  authority: AttestationAuthority,
  reason: RefusalReason,
  changes: StatementChanges = {},
): Promise<void> {
  await using registrations = await openRegistrations(modelsWith(authority.roots));
  await registrations.refuses(attestPacked(authority, changes), reason);
}

/** @param roots of the model, DER */
async function result(attest: ReturnType<typeof attestPacked>, ...roots: Buffer[]) {
  const models = modelsWith(roots.map((root) => root.toString('base64')));
  await using registrations = await openRegistrations(models);
  return (await registrations.evidence(attest)).result;
}

/** An authority whose intermediate is wrong in one respect. */
function withIntermediate(change: Partial<CertificateShape>): AttestationAuthority {
  return createAttestationAuthority({
    intermediate: {
      subject: [
        ['O', 'Test Authenticators'],
        ['CN', 'Attestation CA'],
      ],
      extensions: [keyUsage({ certifies: true })],
      ...change,
    },
  });
}

/** A root with these extensions, that certifies leaves by itself. */
function rootWith(shape: Partial<CertificateShape>): AttestationAuthority {
  const keys = newKeys();
  const name = [['CN', 'Own Root']] as const;
  const root = certify(keys.publicKey, { name, keys }, { subject: name, ca: undefined, ...shape });
  const chain = (publicKey: Parameters<AttestationAuthority['certify']>[0], leaf = {}) => [
    certify(publicKey, { name, keys }, leaf),
  ];
  return { ...createAttestationAuthority(), root, roots: [root.toString('base64')], certify: chain };
}

describe('chains of attestation certificates', () => {
  const leaves: [string, Partial<CertificateShape>, RefusalReason][] = [
    ['has expired', expired, 'attestation_certificate_expired'],
    ['is not valid yet', { notBefore: Date.now() + hour }, 'attestation_certificate_not_yet_valid'],
    ['its issuer did not sign', { isForged: true }, 'attestation_chain_broken'],
    [
      'has a critical extension that nobody knows',
      { extensions: [{ oid: '1.2.3.4', critical: true, value: der.null() }] },
      'attestation_extension_critical',
    ],
  ];
  for (const [what, certificate, reason] of leaves)
    it(`W15 refuses a certificate that ${what}`, () =>
      refuses(createAttestationAuthority(), reason, { certificate }));

  const authorities: [string, Partial<CertificateShape>, RefusalReason][] = [
    ['has expired', expired, 'attestation_certificate_expired'],
    ['is not valid yet', { notBefore: Date.now() + hour }, 'attestation_certificate_not_yet_valid'],
    ['the root did not sign', { ca: true, isForged: true }, 'attestation_chain_broken'],
    ['is a leaf', { ca: false }, 'attestation_issuer_not_ca'],
    ['has no basic constraints', { ca: undefined }, 'attestation_issuer_not_ca'],
    ['is of version 1', { version: 1 }, 'attestation_issuer_not_ca'],
    [
      'may not sign certificates',
      { ca: true, extensions: [keyUsage({ certifies: false })] },
      'attestation_issuer_not_ca',
    ],
    [
      'constrains names, which nobody here would look at',
      { ca: true, extensions: [{ oid: '2.5.29.30', critical: true, value: der.sequence() }] },
      'attestation_extension_critical',
    ],
  ];
  for (const [what, change, reason] of authorities)
    it(`W15 refuses an intermediate that ${what}`, () => {
      const authority = withIntermediate(change);
      const chain = (right: Buffer[]) => [...right, authority.root];
      return refuses(authority, reason, { chain });
    });

  it('W15 refuses certificates that are made to take long to read', async () => {
    const authority = createAttestationAuthority();
    const many = Array.from({ length: 65 }, (_, i) => ({ oid: `1.3.6.1.4.1.${i}`, value: Buffer.of(5, 0) }));
    const long = Array.from({ length: 200 }, () => ['OU', 'Authenticator Attestation'] as const);
    for (const certificate of [{ extensions: many }, { subject: long }])
      await refuses(authority, 'attestation_certificate_malformed', { certificate });
    const n = Buffer.concat([Buffer.of(0xc0), randomBytes(383)]).toString('base64url');
    const slow = createPublicKey({ key: { kty: 'RSA', n, e: n }, format: 'jwk' });
    const above = authority.certify(slow, { ca: true });
    const chain = (right: Buffer[]) => [...right.slice(0, 1), ...above];
    await refuses(authority, 'attestation_certificate_malformed', { chain });
  });

  it('W15 refuses more authorities than one allows below it', async () => {
    const authority = createAttestationAuthority();
    const keys = newKeys();
    const name = [['CN', 'One too many']] as const;
    const above = {
      name: [
        ['O', 'Test Authenticators'],
        ['CN', 'Attestation CA'],
      ] as const,
      keys: authority.keys.intermediate,
    };
    const extra = certify(keys.publicKey, above, {
      subject: name,
      ca: undefined,
      extensions: [basicConstraints({ ca: true }), keyUsage({ certifies: true })],
    });
    const longer = {
      ...authority,
      certify: (publicKey: Parameters<AttestationAuthority['certify']>[0], shape = {}) => [
        certify(publicKey, { name, keys }, shape),
        extra,
        authority.intermediate,
      ],
    };
    await refuses(longer, 'attestation_issuer_not_ca');
  });

  it('W15 refuses certificates in another order, and one that does not belong', async () => {
    const authority = createAttestationAuthority();
    const other = createAttestationAuthority();
    const [leaf = Buffer.of()] = other.certify(newKeys().publicKey, { subject: packedSubject });
    await refuses(authority, 'attestation_certificate_ca', { chain: (right) => right.toReversed() });
    await refuses(authority, 'attestation_issuer_not_ca', { chain: (right) => [...right, leaf] });
    await refuses(authority, 'attestation_chain_broken', { chain: (right) => [...right, other.root] });
  });

  it('W15 refuses a certificate of 17 kilobytes', () => {
    const extensions = [{ oid: '1.2.3.4', value: der.octets(Buffer.alloc(17 * 1024)) }];
    return refuses(createAttestationAuthority(), 'attestation_certificate_malformed', {
      certificate: { extensions },
    });
  });
});

describe('roots of attestation', () => {
  const authority = createAttestationAuthority();

  it('may be sent along', async () => {
    const chain = (right: Buffer[]) => [...right, authority.root];
    assert.equal(await result(attestPacked(authority, { chain }), authority.root), 'model');
  });

  it('may be an intermediate, or the very leaf', async () => {
    assert.equal(await result(attestPacked(authority), authority.intermediate), 'model');
    const chain = authority.certify(newKeys().publicKey, { subject: packedSubject });
    const [leaf = Buffer.of()] = chain;
    const keys = newKeys();
    const own = certify(keys.publicKey, { name: packedSubject, keys }, { subject: packedSubject });
    assert.equal(await result(attestPacked(authority), leaf), 'unknown');
    assert.equal(await result(attestPacked(authority), own), 'unknown');
    const attest = attestPacked(authority, { chain: (right) => right.slice(0, 1) });
    assert.equal(await result(attest, authority.root), 'unknown', 'the intermediate is missing');
  });

  it('may have expired where metadata that is in force names them, and may have no extensions', async () => {
    const extensions = [basicConstraints({ ca: true }), keyUsage({ certifies: true })];
    const old = rootWith({ ...expired, extensions });
    assert.equal(await result(attestPacked(old), old.root), 'model');
    const plain = rootWith({ version: 1 });
    assert.equal(await result(attestPacked(plain), plain.root), 'model');
  });

  it('may stand among others, and among bytes that are no certificate', async () => {
    const others = [createAttestationAuthority().root, Buffer.from('no certificate')];
    assert.equal(await result(attestPacked(authority), ...others, authority.root), 'model');
  });

  it('W15 may not certify as a leaf of the metadata', async () => {
    const leaf = rootWith({ ca: false });
    assert.equal(await result(attestPacked(leaf), leaf.root), 'unknown');
  });

  it('vouch no longer than they are valid where they are pinned here', async () => {
    const pinned = rootWith({ ...expired, extensions: [basicConstraints({ ca: true })] });
    for (const [root, expected] of [
      [pinned, 'unknown'],
      [rootWith({ extensions: [basicConstraints({ ca: true })] }), 'vendor'],
    ] as const) {
      const vendorRoots = { packed: { vendor: 'Vendor', roots: [root.root] } };
      await using registrations = await openRegistrations(modelsWith([]), { vendorRoots });
      assert.equal((await registrations.evidence(attestPacked(root))).result, expected);
    }
  });
});
