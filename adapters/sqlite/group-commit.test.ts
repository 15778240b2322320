import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { assertConflict } from '../storage.contract/assertions.ts';
import { openFile } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import { temporaryFolder } from './testing.ts';

const inFolder = temporaryFolder();

function openPair(name: string) {
  const file = inFolder(name);
  const db = openFile(file);
  db.exec('CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, text TEXT) STRICT');
  const observer = openFile(file);
  const insert = db.prepare('INSERT INTO notes VALUES (?, ?)');
  return {
    db,
    commits: createGroupCommit(db),
    insert: (id: string) => () => insert.run(id, 'x'.repeat(1000)),
    seen: () =>
      observer
        .prepare('SELECT id FROM notes ORDER BY id')
        .all()
        .map(({ id }) => id),
  };
}

describe('group commit', () => {
  it('resolves a write only when another connection can see it', async () => {
    const { commits, insert, seen } = openPair('order.sqlite');
    const write = commits.write(insert('a')).then(() => assert.deepEqual(seen(), ['a', 'b']));
    const sameTurn = commits.write(insert('b'));
    assert.deepEqual(seen(), []);
    await Promise.all([write, sameTurn]);
  });

  it('shares one transaction among the writes of a turn', async () => {
    const { commits, insert, db } = openPair('shared.sqlite');
    const depths: boolean[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        commits.write(() => {
          depths.push(db.isTransaction);
          return insert(id)();
        }),
      ),
    );
    assert.deepEqual(depths, [true, true, true]);
    assert.equal(db.isTransaction, false);
  });

  it('lets a write fail alone', async () => {
    const { commits, insert, seen } = openPair('alone.sqlite');
    const outcomes = [commits.write(insert('a')), commits.write(insert('a')), commits.write(insert('b'))];
    await assertConflict(outcomes[1] ?? Promise.resolve(), 'id');
    await Promise.all([outcomes[0], outcomes[2]]);
    assert.deepEqual(seen(), ['a', 'b']);
  });

  it('undoes all statements of a write that belong together, and no others', async () => {
    const { commits, insert, seen } = openPair('together.sqlite');
    const before = commits.write(insert('a'));
    const failing = commits.writeTogether(() => [insert('b')(), insert('a')()]);
    const after = commits.writeTogether(() => [insert('c')(), insert('d')()]);
    await assertConflict(failing, 'id');
    await Promise.all([before, after]);
    assert.deepEqual(seen(), ['a', 'c', 'd']);
  });

  it('F8 rejects every write of a transaction that a full disk ended, and recovers', async () => {
    const { commits, insert, seen, db } = openPair('full.sqlite');
    await commits.write(insert('a'));
    db.exec('PRAGMA max_page_count = 4');
    const writes = Array.from({ length: 50 }, (_, i) => commits.write(insert(`b${i}`)));
    for (const write of writes) await assert.rejects(write, { name: 'StorageError', reason: 'read_only' });
    assert.deepEqual(seen(), ['a']);
    db.exec('PRAGMA max_page_count = 1000');
    await commits.write(insert('c'));
    assert.deepEqual(seen(), ['a', 'c']);
  });

  it('F8 rejects writes to a file that is read-only', async () => {
    const { seen } = openPair('read-only.sqlite');
    const db = new DatabaseSync(inFolder('read-only.sqlite'), { readOnly: true });
    const commits = createGroupCommit(db);
    const insert = db.prepare("INSERT INTO notes VALUES ('a', 'b')");
    const write = commits.write(() => insert.run());
    await assert.rejects(write, { name: 'StorageError', reason: 'read_only' });
    assert.deepEqual(seen(), []);
  });

  it('waits for another process that writes, and tells when that takes too long', async () => {
    const { commits, insert, db, seen } = openPair('busy.sqlite');
    db.exec('PRAGMA busy_timeout = 50');
    const other = openFile(inFolder('busy.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(commits.write(insert('a')), { name: 'StorageError', reason: 'unreachable' });
    other.exec('COMMIT');
    await commits.write(insert('a'));
    assert.deepEqual(seen(), ['a']);
  });

  it('commits what is queued when it closes, and refuses what comes later', async () => {
    const { commits, insert, seen } = openPair('close.sqlite');
    const write = commits.write(insert('a'));
    commits.close();
    assert.deepEqual(seen(), ['a']);
    await write;
    await assert.rejects(commits.write(insert('b')), { name: 'StorageError', reason: 'unreachable' });
  });
});
