import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { kill, startProcess } from '../storage.contract/process.ts';
import { accountSample } from '../storage.contract/samples.ts';
import { openFile } from './database.ts';
import { schemaVersion, storedVersion } from './migrations.ts';
import { firstSchema } from './schema.ts';
import { openFileStorage, temporaryFolder } from './testing.ts';

const inFolder = temporaryFolder();
const moduleUrl = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

async function assertUsable(file: string) {
  await using storage = await openFileStorage(file);
  assert.deepEqual(await storage.schemaVersion(), { stored: schemaVersion, code: schemaVersion });
  const account = accountSample({ groups: ['editors'] });
  await storage.accounts.insert(account);
  assert.deepEqual(await storage.accounts.findByUserHandle(String(account.userHandles[0])), account);
}

describe('the SQLite schema', () => {
  it('is refused when it is newer than the code', async () => {
    const file = inFolder('newer.sqlite');
    using db = openFile(file);
    db.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
    for (const schema of ['migrate', 'check'] as const)
      await assert.rejects(openFileStorage(file, { schema }), { name: 'StorageError', reason: 'too_new' });
    assert.equal(storedVersion(db), schemaVersion + 1);
  });

  it('is not touched by who only checks it', async () => {
    const missing = inFolder('missing.sqlite');
    const expected = { name: 'StorageError', reason: 'needs_migration' };
    await assert.rejects(openFileStorage(missing, { schema: 'check' }), expected);
    assert.equal(existsSync(missing), false);
    const empty = inFolder('empty.sqlite');
    using db = openFile(empty);
    await assert.rejects(openFileStorage(empty, { schema: 'check' }), expected);
    assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').all(), []);
  });

  it('F28 is completed after half of the statements', async () => {
    const statements = firstSchema.split(/;\n\n/);
    for (const half of [1, Math.floor(statements.length / 2), statements.length]) {
      const file = inFolder(`half-${half}.sqlite`);
      using db = openFile(file);
      db.exec(statements.slice(0, half).join(';\n'));
      await assertUsable(file);
    }
  });

  it('F28 is completed after the process was killed within the transaction', async () => {
    const file = inFolder('killed.sqlite');
    const child = await startProcess(
      `
      const { openFile } = await import(${moduleUrl('./database.ts')});
      const { firstSchema } = await import(${moduleUrl('./schema.ts')});
      const db = openFile(process.argv[1]);
      db.exec('BEGIN IMMEDIATE');
      db.exec(firstSchema);
      db.exec('PRAGMA user_version = 1');
      console.log('half-way');
      process.stdin.resume();
    `,
      file,
    );
    await kill(child);
    using db = openFile(file);
    assert.equal(storedVersion(db), 0);
    await assertUsable(file);
  });

  it('is made once by processes that start together', async () => {
    const file = inFolder('together.sqlite');
    const source = `
      const { openStorage } = await import(${moduleUrl('../open.ts')});
      const options = { url: 'sqlite:' + process.argv[1], role: 'command', schema: 'migrate', waitUntilReady: true };
      await using storage = await openStorage(options);
      console.log(JSON.stringify(await storage.schemaVersion()));
      process.stdin.resume();
    `;
    const children = await Promise.all([1, 2, 3].map(() => startProcess(source, file)));
    await Promise.all(children.map(kill));
    await assertUsable(file);
  });
});
