import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../server/make-folder.ts';
import { StorageError } from '../../server/storage.ts';

export const inMemory = ':memory:';

/** The file that a `sqlite:` address names. */
export function fileOf(url: string): string {
  const path = url.slice('sqlite:'.length);
  if (path === '') throw new StorageError('unreachable', 'the storage address names no file');
  return path === inMemory ? inMemory : resolve(path);
}

/**
 * Makes the file, readable by its owner alone (SQLite gives its WAL the same mode), and missing folders.
 * An existing file is never opened here: closing it would drop the locks that SQLite holds on it in this process
 * (https://sqlite.org/howtocorrupt.html §2.2).
 */
export function createPrivateFile(file: string): void {
  if (existsSync(file)) return;
  try {
    makeFolder(dirname(file));
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (isCode(error, 'EEXIST') && existsSync(file)) return;
    const reason = isCode(error, 'EROFS') ? 'read_only' : 'unreachable';
    throw new StorageError(reason, `${file} cannot be made (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

/**
 * Keeps a second server from the same file. The lock is an exclusive transaction on a file beside it, so the
 * operating system releases it however the process ends.
 *
 * @throws StorageError `locked`
 */
export function lockFile(file: string): Disposable {
  const lock = `${realpathSync(file)}.lock`;
  createPrivateFile(lock);
  const db = new DatabaseSync(lock, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new StorageError('locked', `another server is using ${file}`, { cause: error });
  }
  return db;
}

const isCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code;
