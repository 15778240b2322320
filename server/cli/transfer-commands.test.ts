import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { type CommandFixture, openCommandFixture } from '../testing/command.ts';
import type { TransferReport } from '../transfer/report.ts';

const realm = fileURLToPath(new URL('../transfer/fixtures/keycloak-realm.json', import.meta.url));

describe('export and import, as commands', () => {
  let source: CommandFixture;
  let target: CommandFixture;
  let file: string;
  let secretFile: string;
  before(async () => {
    [source, target] = await Promise.all([openCommandFixture(), openCommandFixture()]);
    for (const fixture of [source, target]) {
      await fixture.start();
      await fixture.stop();
    }
    file = join(source.dataDir, 'all.age');
    secretFile = join(source.dataDir, 'passphrase');
    writeFileSync(secretFile, 'correct horse battery staple\n');
    source.latchkey('user', 'invite', 'grace');
  });
  after(async () => {
    for (const fixture of [source, target]) await fixture[Symbol.asyncDispose]();
  });
  const withPassphrase = (fixture: CommandFixture, name = secretFile) =>
    fixture.with({ LATCHKEY_TRANSFER_PASSPHRASE_FILE: name });

  it('want a passphrase, and never on the command line', () => {
    const without = source.latchkey('export', file);
    assert.equal(without.status, 1);
    assert.match(without.stderr, /LATCHKEY_TRANSFER_PASSPHRASE_FILE/);
    const short = join(source.dataDir, 'short');
    writeFileSync(short, 'short');
    assert.match(withPassphrase(source, short).latchkey('export', file).stderr, /at least 12 characters/);
    assert.ok(!existsSync(file));
    assert.equal(source.latchkey('export', file, '--passphrase', 'x').status, 2);
  });

  it('write one file that its owner alone may read, and no second one over it', () => {
    const { status, stdout } = withPassphrase(source).latchkey('export', file, '--json');
    assert.equal(status, 0);
    assert.equal(
      JSON.parse(stdout).items,
      5,
      'a person, three signing keys and what pairwise subs are made with',
    );
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!existsSync(`${file}.partial`));
    const before = readFileSync(file);
    assert.equal(withPassphrase(source).latchkey('export', file).status, 1);
    assert.deepEqual(readFileSync(file), before);
  });

  it('bring people to another installation, once', () => {
    const { latchkey } = withPassphrase(target);
    const dry = latchkey('import', file, '--dry-run', '--json');
    assert.deepEqual([dry.status, dry.json<TransferReport>().counts.person?.added], [0, 1]);
    assert.equal(latchkey('user', 'show', 'grace').status, 1);
    const done = latchkey('import', file);
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /person +1 +0 +0 +0/);
    assert.match(done.stdout, /LATCHKEY_ISSUER was http/);
    assert.equal(latchkey('user', 'show', 'grace').status, 0);
    assert.match(latchkey('import', file).stdout, /person +0 +1 +0 +0/);
  });

  it('take a realm of Keycloak, and say what stands in the way with exit code 1', () => {
    const { latchkey } = target;
    latchkey('user', 'invite', 'user0');
    const refused = latchkey('import', 'keycloak', realm, '--redirect', 'wild=http://localhost:8088/cb');
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /person user0 has the user name of another person/);
    assert.match(refused.stdout, /app +6 +0 +0 +0/);
    assert.match(refused.stdout, /app wild loses the redirect address http:\/\/localhost:8088\/\*/);
    const merged = latchkey('import', 'keycloak', realm, '--merge', '--json');
    assert.equal(merged.status, 0);
    const { done, counts } = merged.json<TransferReport>();
    assert.deepEqual([done, counts.person?.added, counts.passkey?.added], [true, 69, 49]);
  });

  it('take what Pocket ID exported', () => {
    const zip = fileURLToPath(new URL('../transfer/fixtures/pocket-id-export.zip', import.meta.url));
    assert.equal(source.latchkey('import', 'pocket-id', zip, '--dry-run').status, 0);
    const taken = source.latchkey('import', 'pocket-id', zip, '--json');
    assert.equal(taken.status, 0, taken.stderr);
    assert.equal(taken.json<TransferReport>().counts.passkey?.added, 31);
    const foreign = source.latchkey(
      'import',
      'pocket-id',
      zip,
      '--dry-run',
      '--rp-id',
      'other.example',
      '--json',
    );
    assert.equal(foreign.json<TransferReport>().counts.passkey?.left, 31);
  });

  withMongo(({ url }) =>
    it('bring an installation from SQLite to MongoDB', () => {
      const there = source.with({
        LATCHKEY_STORAGE: url,
        LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
        LATCHKEY_TRANSFER_PASSPHRASE_FILE: secretFile,
      });
      assert.equal(there.latchkey('migrate').status, 0);
      const { status, stderr } = there.latchkey('import', file);
      assert.equal(status, 0, stderr);
      assert.equal(there.latchkey('user', 'show', 'grace').status, 0);
    }),
  );

  it('refuse what is no export, no realm and no address', () => {
    const { latchkey } = withPassphrase(target);
    for (const args of [[realm], ['keycloak', file], ['keycloak', realm, '--redirect', 'wild']]) {
      const { status, stderr } = latchkey('import', ...args);
      assert.equal(status, 1, stderr);
    }
    assert.equal(latchkey('import').status, 2);
    assert.equal(latchkey('import', join(source.dataDir, 'nothing')).status, 1);
  });
});
