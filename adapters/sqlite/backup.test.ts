import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { describe, it } from 'node:test';
import type { Storage } from '../../server/storage.ts';
import { restoreStorage } from '../restore.ts';
import { assertConflict } from '../storage.contract/assertions.ts';
import {
  accountSample,
  artifactSample,
  installationSample,
  invitationSample,
  now,
} from '../storage.contract/samples.ts';
import { openFile } from './database.ts';
import { openFileStorage, temporaryFolder } from './testing.ts';

const inFolder = temporaryFolder();

/** A storage of some megabytes with an installation. */
async function openFilled(file: string): Promise<Storage> {
  const storage = await openFileStorage(file);
  await storage.installation.insertOnce(installationSample());
  const artifacts = Array.from({ length: 500 }, () => artifactSample({ payload: 'x'.repeat(4000) }));
  await Promise.all(artifacts.map((artifact) => storage.artifacts.upsert(artifact)));
  return storage;
}

describe('a backup of SQLite', () => {
  it('is consistent although it is written to, tells how far it is and is readable by its owner alone', async () => {
    await using storage = await openFilled(inFolder('busy.sqlite'));
    const account = accountSample();
    await storage.accounts.insert(account);
    const shares: number[] = [];
    let isDone = false;
    const backup = storage
      .backup(inFolder('busy.backup'), (share) => shares.push(share))
      .then(() => {
        isDone = true;
      });
    let written = 0;
    for (; !isDone; written++) await storage.artifacts.upsert(artifactSample());
    await backup;
    assert.ok(written > 0);
    assert.equal(statSync(inFolder('busy.backup')).mode & 0o777, 0o600);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.equal(shares.at(-1), 1);
    assert.equal(existsSync(inFolder('busy.backup.partial')), false);
    using copy = openFile(inFolder('busy.backup'));
    assert.deepEqual({ ...copy.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    assert.equal(copy.prepare('SELECT id FROM accounts').get()?.id, account.id);
  });

  it('can be made of a database in memory', async () => {
    await using storage = await openFilled(':memory:');
    await storage.backup(inFolder('memory.backup'));
    await restoreStorage({ url: `sqlite:${inFolder('memory.sqlite')}`, file: inFolder('memory.backup') });
    await using restored = await openFileStorage(inFolder('memory.sqlite'), { schema: 'check' });
    assert.deepEqual(await restored.installation.find(), await storage.installation.find());
  });

  it('replaces an older one only when it is complete', async () => {
    await using storage = await openFilled(inFolder('again.sqlite'));
    writeFileSync(inFolder('again.backup'), 'older');
    await storage.backup(inFolder('again.backup'));
    assert.match(readFileSync(inFolder('again.backup'), 'latin1'), /^SQLite format 3/);
  });
});

describe('a restore of SQLite', () => {
  it('F27 brings records back, but nothing that was issued or waits for an answer', async () => {
    await using storage = await openFilled(inFolder('source.sqlite'));
    const account = accountSample();
    const [artifact, invitation] = [artifactSample(), invitationSample()];
    await storage.accounts.insert(account);
    await storage.artifacts.upsert(artifact);
    await storage.invitations.insert(invitation);
    await storage.backup(inFolder('source.backup'));
    const url = `sqlite:${inFolder('new/target.sqlite')}`;
    await restoreStorage({ url, file: inFolder('source.backup') });
    await using restored = await openFileStorage(inFolder('new/target.sqlite'), { schema: 'check' });
    assert.deepEqual(await restored.installation.find(), await storage.installation.find());
    assert.deepEqual(await restored.accounts.findByUserHandle(String(account.userHandles[0])), account);
    assert.equal(await restored.artifacts.find(artifact.id), undefined);
    assert.equal(await restored.invitations.find(invitation.id, now), undefined);
    assert.equal(statSync(inFolder('new/target.sqlite')).mode & 0o777, 0o600);
    const left = readdirSync(inFolder('new')).filter(
      (name) => !/^target\.sqlite(-wal|-shm|\.lock)?$/.test(name),
    );
    assert.deepEqual(left, []);
  });

  it('refuses to overwrite an installation, unless it is told to', async () => {
    await using storage = await openFilled(inFolder('one.sqlite'));
    await storage.backup(inFolder('one.backup'));
    const other = await openFilled(inFolder('two.sqlite'));
    const kept = await other.installation.find();
    const restore = { url: `sqlite:${inFolder('two.sqlite')}`, file: inFolder('one.backup') };
    await assertConflict(restoreStorage(restore), 'installation');
    assert.deepEqual(await other.installation.find(), kept);
    await other[Symbol.asyncDispose]();
    await restoreStorage({ ...restore, replace: true });
    await using replaced = await openFileStorage(inFolder('two.sqlite'));
    assert.deepEqual(await replaced.installation.find(), await storage.installation.find());
  });

  it('refuses while a server runs', async () => {
    await using storage = await openFilled(inFolder('run.sqlite'));
    await storage.backup(inFolder('run.backup'));
    await using server = await openFileStorage(inFolder('server.sqlite'), { role: 'server' });
    const restore = restoreStorage({
      url: `sqlite:${inFolder('server.sqlite')}`,
      file: inFolder('run.backup'),
    });
    await assert.rejects(restore, { name: 'StorageError', reason: 'locked' });
    assert.equal(await server.installation.find(), undefined);
  });

  it('refuses what is no backup, is cut off or is too new, and leaves the target empty', async () => {
    await using storage = await openFilled(inFolder('good.sqlite'));
    await storage.backup(inFolder('good.backup'));
    writeFileSync(inFolder('text.backup'), 'hello '.repeat(1000));
    copyFileSync(inFolder('good.backup'), inFolder('cut.backup'));
    truncateSync(inFolder('cut.backup'), 400_000);
    copyFileSync(inFolder('good.backup'), inFolder('newer.backup'));
    using newer = openFile(inFolder('newer.backup'));
    newer.exec('PRAGMA user_version = 99');
    await (await openFileStorage(inFolder('empty.backup')))[Symbol.asyncDispose]();
    const url = `sqlite:${inFolder('target.sqlite')}`;
    for (const [name, reason] of [
      ['text', 'unreachable'],
      ['cut', 'unreachable'],
      ['newer', 'too_new'],
      ['empty', 'unreachable'],
      ['missing', 'unreachable'],
    ])
      await assert.rejects(restoreStorage({ url, file: inFolder(`${name}.backup`) }), { reason }, name);
    await using target = await openFileStorage(inFolder('target.sqlite'));
    assert.equal(await target.installation.find(), undefined);
  });
});
