import assert from 'node:assert/strict';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { kill, startProcess } from '../storage.contract/process.ts';
import { groupSample } from '../storage.contract/samples.ts';
import { openFileStorage, temporaryFolder } from './testing.ts';

const inFolder = temporaryFolder();
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

const server = `
  const { openStorage } = await import(${JSON.stringify(new URL('../open.ts', import.meta.url).href)});
  const url = process.argv[1];
  const storage = await openStorage({ url, role: 'server', schema: 'migrate', waitUntilReady: true });
  console.log('ready');
  process.stdin.resume();
  globalThis.storage = storage;
`;

describe('the SQLite file', () => {
  it('is readable by its owner alone, with everything beside it, in a folder that is too', async () => {
    const previous = process.umask(0);
    try {
      await using storage = await openFileStorage(inFolder('made/here/latchkey.sqlite'), { role: 'server' });
      await storage.groups.insert(groupSample());
      for (const suffix of ['', '-wal', '-shm', '.lock'])
        assert.equal(modeOf(inFolder(`made/here/latchkey.sqlite${suffix}`)), '600', suffix);
      assert.equal(modeOf(inFolder('made')), '700');
      assert.equal(modeOf(inFolder('made/here')), '700');
    } finally {
      process.umask(previous);
    }
  });

  it('is refused when it is something else', async () => {
    writeFileSync(inFolder('text'), 'hello '.repeat(1000));
    const expected = {
      name: 'StorageError',
      reason: 'unreachable',
      message: /text: .*not an SQLite database/,
    };
    await assert.rejects(openFileStorage(inFolder('text')), expected);
    await assert.rejects(openFileStorage(''), { name: 'StorageError', reason: 'unreachable' });
    await assert.rejects(openFileStorage(inFolder('text/below')), { name: 'StorageError' });
  });

  it('may be in memory', async () => {
    await using storage = await openFileStorage(':memory:', { role: 'server', schema: 'migrate' });
    const group = groupSample();
    await storage.groups.insert(group);
    assert.deepEqual(await storage.groups.findById(group.id), group);
  });
});

describe('the server lock', () => {
  it('refuses a second server on one file, but no command, and names the file', async () => {
    const file = inFolder('locked.sqlite');
    await using first = await openFileStorage(file, { role: 'server' });
    const expected = { name: 'StorageError', reason: 'locked', message: new RegExp(file) };
    await assert.rejects(openFileStorage(file, { role: 'server' }), expected);
    await using command = await openFileStorage(file, { role: 'command' });
    const group = groupSample();
    await command.groups.insert(group);
    assert.deepEqual(await first.groups.findById(group.id), group);
  });

  it('is not fooled by another name of the file', async () => {
    const file = inFolder('named.sqlite');
    await using first = await openFileStorage(file, { role: 'server' });
    symlinkSync(file, inFolder('alias.sqlite'));
    await assert.rejects(openFileStorage(inFolder('alias.sqlite'), { role: 'server' }), { reason: 'locked' });
    await first.ping();
  });

  it('is free again when the server closes', async () => {
    const file = inFolder('closed.sqlite');
    const first = await openFileStorage(file, { role: 'server' });
    await first[Symbol.asyncDispose]();
    await using second = await openFileStorage(file, { role: 'server' });
    await second.ping();
  });

  it('is free again when opening failed', async () => {
    const file = inFolder('failed.sqlite');
    writeFileSync(file, 'no database'.repeat(1000));
    for (const _ of [1, 2])
      await assert.rejects(openFileStorage(file, { role: 'server' }), { reason: 'unreachable' });
  });

  it('is free again when the process of the server is killed', async () => {
    const file = inFolder('killed.sqlite');
    const child = await startProcess(server, `sqlite:${file}`);
    await assert.rejects(openFileStorage(file, { role: 'server' }), { reason: 'locked' });
    await kill(child);
    assert.ok(existsSync(`${file}.lock`));
    await using next = await openFileStorage(file, { role: 'server' });
    await next.ping();
  });
});
