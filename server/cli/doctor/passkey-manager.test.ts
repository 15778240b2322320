import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setUp } from '../../testing/journeys.ts';
import { type SplitInstallation, startSplitInstallation } from '../../testing/split-installation.ts';
import { examinePasskeyManager } from './passkey-manager.ts';

describe('the doctor, about a passkey manager of its own', () => {
  let split: SplitInstallation;
  before(async () => {
    split = await startSplitInstallation();
    await setUp(split);
  });
  after(() => split[Symbol.asyncDispose]());

  async function examine(change: Partial<SplitInstallation['config']> = {}) {
    const { config, secret, storage } = split;
    const input = { config: { ...config, ...change }, secret, storage, now: Date.now };
    const findings = await examinePasskeyManager(input);
    return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
  }

  it('is content where both sides find each other', async () => {
    const findings = await examine();
    for (const check of [
      'certificate provider',
      'certificate enrolment',
      'passkeys',
      'receipt keys',
      'RP ID',
    ])
      assert.equal(findings[check]?.state, 'ok', JSON.stringify(findings[check]));
  });

  it('finds keys of receipts that are not those of the passkey manager, or none at all', async () => {
    const file = join(split.certificates, 'other-keys.json');
    const jwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43), kid: 'other' };
    writeFileSync(file, JSON.stringify({ keys: [jwk] }));
    const other = (await examine({ receiptKeys: file }))['receipt keys'];
    assert.equal(other?.state, 'failed');
    assert.match(other?.says ?? '', /nobody can sign in/);
    const missing = (await examine({ receiptKeys: '/nowhere/keys.json' }))['receipt keys'];
    assert.equal(missing?.state, 'failed');
    assert.match(missing?.says ?? '', /ENOENT/);
  });

  it('finds another trust domain, a certificate that is gone, and a manager that is away', async () => {
    const foreign = await examine({ trustDomain: 'foreign.example' });
    assert.equal(foreign['certificate provider']?.state, 'failed');
    assert.equal(foreign.passkeys?.state, 'failed');
    await split.service.stop();
    const away = (await examine()).passkeys;
    assert.equal(away?.state, 'failed');
    assert.match(away?.says ?? '', /does not answer as a passkey manager \(.*ECONNREFUSED/);
    await split.service.start();
    rmSync(join(split.certificates, 'enrolment/tls.crt'));
    assert.equal((await examine())['certificate enrolment']?.state, 'failed');
  });
});
