import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { CertificateStatus } from '../certificates/status.ts';
import { generateRoot } from '../secret/secret.ts';
import { runCommand } from './program.ts';

const day = 24 * 60 * 60 * 1000;
let folder: string;
let now: number;

/** Runs `latchkey certs …` here; nothing but certificates may be touched. */
async function certs(...args: string[]) {
  const said = { out: '', err: '' };
  const issuer = 'https://login.example.com:8443';
  const env = { LATCHKEY_DATA_DIR: folder, LATCHKEY_ISSUER: issuer, LATCHKEY_SECRET: generateRoot() };
  const refuse = () => assert.fail('the storage is not asked');
  const code = await runCommand(['certs', ...args], {
    env,
    openStorage: refuse,
    restoreStorage: refuse,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    now: () => now,
    forPeople: false,
  });
  return { code, ...said };
}

const status = async () => JSON.parse((await certs('status', '--json')).out) as CertificateStatus;

describe('latchkey certs', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-certs-'));
    now = Date.now();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes an authority in the data folder, for the host of the issuer', async () => {
    const made = await certs('init');
    assert.equal(made.code, 0);
    assert.match(made.out, /^Made an authority for login\.example\.com in .*\/certificates, until 20/);
    const again = await certs('init', '--json');
    assert.equal(again.code, 1);
    assert.equal(JSON.parse(again.err).error, 'conflict');
    assert.match(again.err, /There is an authority in .*already/);
  });

  it('makes another one elsewhere', async () => {
    const dir = join(folder, 'elsewhere');
    assert.equal((await certs('init', '--dir', dir, '--trust-domain', 'other.example')).code, 0);
    assert.match((await certs('issue', 'monitor', '--dir', dir)).out, /They are in .*elsewhere/);
    assert.ok(existsSync(join(dir, 'monitor/tls.key')));
    const wrong = await certs('renew', '--dir', dir, '--trust-domain', 'login.example.com');
    assert.match(wrong.err, /is for the trust domain other\.example/);
  });

  it('issues all of them, or those that are named', async () => {
    await certs('init');
    const all = JSON.parse((await certs('issue', '--json')).out) as { name: string; notAfter: number }[];
    assert.equal(all.length, 6);
    assert.ok(all.every(({ notAfter }) => Math.abs(notAfter - now - day) < 1000));
    const some = await certs(
      'issue',
      'passkey-manager',
      '--dns',
      'a.internal',
      '--dns',
      'b.internal',
      '--hours',
      '1',
    );
    assert.match(some.out, /^NAME +SERIAL +EXPIRES\npasskey-manager +[0-9a-f]{32} +20.* UTC\n\n/);
    assert.equal((await certs('issue', 'root')).code, 2);
    assert.equal((await certs('issue', '--hours', '0')).code, 2);
    assert.match(
      (await certs('issue', 'monitor', '--dns', 'x')).err,
      /--dns is for the passkey-manager alone/,
    );
  });

  it('fails the status where one is revoked or expired, and is well again afterwards', async () => {
    await certs('init');
    await certs('issue');
    assert.equal((await certs('status')).code, 0);
    assert.match((await certs('revoke', 'monitor')).out, /Revoked\. Services on this machine know within 30/);
    const revoked = await certs('status');
    assert.equal(revoked.code, 1);
    assert.match(revoked.out, /monitor +[0-9a-f]{32} +20.* UTC +revoked\n/);
    assert.match((await certs('renew', '--all')).out, /monitor was revoked and stays so/);
    await certs('issue', 'monitor');
    assert.equal((await certs('status')).code, 0);
    now += 8 * day;
    const late = await status();
    assert.deepEqual(
      [late.healthy, late.list.state, late.certificates[0]?.state],
      [false, 'expired', 'expired'],
    );
    assert.equal((await certs('renew')).code, 0);
    assert.equal((await status()).healthy, true);
  });

  it('says what to do where there is no authority', async () => {
    for (const command of ['issue', 'renew', 'status'])
      assert.match(
        (await certs(command)).err,
        /There is no authority in .*certificates: run this where .*`latchkey certs init`/,
        command,
      );
  });
});
