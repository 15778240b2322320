import assert from 'node:assert/strict';
import { sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { attestAndroidKey } from '../../testing/attestation/android-key.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import {
  certify,
  type KeyPair,
  type NameAttributes,
  nameOf,
  newKeys,
} from '../../testing/attestation/certificate.ts';
import { der } from '../../testing/attestation/der.ts';
import { attestPacked } from '../../testing/attestation/packed.ts';
import { modelsWith, openRegistrations } from '../../testing/attestation/registrations.ts';
import { openRevocationFolder } from './revocation-folder.ts';

const hour = 60 * 60 * 1000;
const ca: NameAttributes = [
  ['O', 'Test Authenticators'],
  ['CN', 'Attestation CA'],
];
const root: NameAttributes = [
  ['O', 'Test Authenticators'],
  ['CN', 'Attestation Root'],
];

/** A list of this issuer, DER. */
function crl(
  { name, keys }: { name: NameAttributes; keys: KeyPair },
  serials: readonly string[],
  nextUpdate = Date.now() + hour,
) {
  const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
  const entries = serials.map((serial) =>
    der.sequence(der.integer(Buffer.from(serial, 'hex')), der.time(Date.now() - hour)),
  );
  const signed = der.sequence(
    der.integer(1),
    ecdsaWithSha256,
    nameOf(name),
    der.time(Date.now() - 2 * hour),
    der.time(nextUpdate),
    ...(entries.length > 0 ? [der.sequence(...entries)] : []),
  );
  return der.sequence(signed, ecdsaWithSha256, der.bits(sign('sha256', signed, keys.privateKey)));
}

describe('revoked attestation certificates', () => {
  const authority = createAttestationAuthority();
  const parent = mkdtempSync(join(tmpdir(), 'latchkey-revocations-'));
  let folder: string;
  let clock: number;
  let warnings: object[];
  let registrations: Awaited<ReturnType<typeof openRegistrations>>;
  const attest = attestPacked(authority);

  beforeEach(async () => {
    folder = mkdtempSync(join(parent, 'folder-'));
    clock = Date.now();
    warnings = [];
    const log = { warn: (what: object) => void warnings.push(what) };
    const isRevoked = openRevocationFolder({ folder, now: () => clock, log });
    registrations = await openRegistrations(modelsWith(authority.roots), { isRevoked });
  });
  afterEach(() => registrations[Symbol.asyncDispose]());
  after(() => rmSync(parent, { recursive: true }));

  /** What is in the folder now counts, once a ceremony has noticed. */
  async function notice() {
    clock += 61_000;
    // Refused or not: that depends on what was in the folder before.
    await Promise.allSettled([registrations.evidence(attest)]);
    await turn();
  }

  const intermediate = () => new X509Certificate(authority.intermediate).serialNumber;
  it('W15 refuses a chain whose intermediate the root has revoked, from a minute later on', async () => {
    writeFileSync(join(folder, 'root.crl'), crl({ name: root, keys: authority.keys.root }, [intermediate()]));
    assert.equal((await registrations.evidence(attest)).result, 'model');
    await notice();
    await registrations.refuses(attest, 'attestation_certificate_revoked');
  });

  it('reads several lists from PEM, and a list past its time', async () => {
    const old = crl({ name: root, keys: authority.keys.root }, [intermediate()], Date.now() - hour / 2);
    const pem = [crl({ name: ca, keys: authority.keys.intermediate }, []), old].map(
      (one) => `-----BEGIN X509 CRL-----\n${one.toString('base64')}\n-----END X509 CRL-----\n`,
    );
    writeFileSync(join(folder, 'all.crl'), pem.join(''));
    await notice();
    await registrations.refuses(attest, 'attestation_certificate_revoked');
  });

  it('W15 does not believe a list that another authority has signed', async () => {
    writeFileSync(join(folder, 'root.crl'), crl({ name: root, keys: newKeys() }, [intermediate()]));
    writeFileSync(
      join(folder, 'ca.crl'),
      crl({ name: ca, keys: authority.keys.intermediate }, [intermediate()]),
    );
    await notice();
    assert.equal((await registrations.evidence(attest)).result, 'model');
    assert.deepEqual(warnings, []);
  });

  it('keeps what a file said while it cannot be read, and says so', async () => {
    const file = join(folder, 'root.crl');
    writeFileSync(file, crl({ name: root, keys: authority.keys.root }, [intermediate()]));
    await notice();
    writeFileSync(file, 'half a copy');
    writeFileSync(join(folder, 'new.json'), '{"entries":');
    await notice();
    assert.equal(warnings.length, 2);
    await registrations.refuses(attest, 'attestation_certificate_revoked');
    rmSync(file);
    await notice();
    assert.equal((await registrations.evidence(attest)).result, 'model');
  });

  it('W15 refuses Android keys that Google has revoked, and nobody else for their numbers', async () => {
    const status = {
      entries: { [intermediate().toLowerCase()]: { status: 'REVOKED', reason: 'KEY_COMPROMISE' } },
    };
    writeFileSync(join(folder, 'status.json'), JSON.stringify(status));
    await notice();
    await registrations.refuses(attestAndroidKey(authority), 'attestation_certificate_revoked');
    assert.equal((await registrations.evidence(attest)).result, 'model');
  });

  it('W15 keeps what the folder said where it cannot be read any more, and goes on', async () => {
    writeFileSync(join(folder, 'root.crl'), crl({ name: root, keys: authority.keys.root }, [intermediate()]));
    await notice();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder');
    await notice();
    assert.equal(warnings.length, 1);
    await registrations.refuses(attest, 'attestation_certificate_revoked');
  });

  it('names the setting at the start where what it names is no folder', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const log = { warn: () => assert.fail('nothing to warn of') };
    assert.throws(
      () => openRevocationFolder({ folder: file, now: Date.now, log }),
      /LATCHKEY_ATTESTATION_REVOCATIONS is .*file, which cannot be read \(ENOTDIR\)/,
    );
  });

  it('W15 asks the anchor itself, and no other certificate for its key that somebody made', async () => {
    const stranger = newKeys();
    const name = [['CN', 'Stranger']] as const;
    // Its key usage leaves out lists: what the anchor signed, this one may not have signed.
    const certifies = { oid: '2.5.29.15', critical: true, value: der.bits(Buffer.of(0x04), 2) };
    const crossed = certify(
      authority.keys.intermediate.publicKey,
      { name, keys: stranger },
      {
        subject: ca,
        ca: true,
        extensions: [certifies],
      },
    );
    const asked: X509Certificate[] = [];
    const isRevoked = (_: X509Certificate, issuer: X509Certificate) => asked.push(issuer) === 0;
    const models = modelsWith([authority.intermediate.toString('base64')]);
    await using trusting = await openRegistrations(models, { isRevoked });
    const chain = ([leaf]: Buffer[]) => [leaf ?? crossed, crossed];
    assert.equal((await trusting.evidence(attestPacked(authority, { chain }))).result, 'model');
    assert.deepEqual(
      asked.map(({ raw }) => raw),
      [authority.intermediate],
    );
  });

  it('may be a folder that is not there', () => {
    const log = { warn: () => assert.fail('nothing to warn of') };
    openRevocationFolder({ folder: join(folder, 'none'), now: Date.now, log });
  });
});
