import { existsSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { ConflictError, StorageError } from '../../server/storage.ts';
import type { Restore } from '../restore.ts';
import { openFile } from './database.ts';
import { toStorageError } from './errors.ts';
import { createPrivateFile, fileOf, lockFile } from './file.ts';
import { migrate } from './migrations.ts';

/** Checks and prepares a copy of the backup; then the whole of it replaces the target in one transaction. */
export async function restoreSqlite(restore: Restore, except: readonly string[]): Promise<void> {
  const { url, file, replace = false, onProgress = () => {} } = restore;
  const target = fileOf(url);
  if (!existsSync(file)) throw new StorageError('unreachable', `${file} does not exist`);
  createPrivateFile(target);
  using lock = lockFile(target);
  void lock;
  const copy = `${target}.restored`;
  try {
    if (!replace && hasInstallation(target)) throw new ConflictError('installation');
    await copyFile(file, copy);
    prepareCopy(copy, { file, except });
    await copyFile(copy, target, onProgress);
  } catch (error) {
    throw toStorageError(error);
  } finally {
    for (const leftover of [copy, `${copy}-wal`, `${copy}-shm`]) rmSync(leftover, { force: true });
  }
}

function hasInstallation(file: string): boolean {
  using db = openFile(file);
  const isPrepared =
    db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'installation'").get() !== undefined;
  return isPrepared && db.prepare('SELECT 1 FROM installation').get() !== undefined;
}

async function copyFile(
  from: string,
  to: string,
  onProgress: (share: number) => void = () => {},
): Promise<void> {
  createPrivateFile(to);
  using db = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  await backup(db, to, {
    rate: 256,
    progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / totalPages),
  });
  onProgress(1);
}

function prepareCopy(copy: string, { file, except }: { file: string; except: readonly string[] }): void {
  using db = openFile(copy);
  const check = db.prepare('PRAGMA quick_check(1)').get();
  if (check?.quick_check !== 'ok') throw new StorageError('unreachable', `${file} is damaged`);
  migrate(db);
  if (!db.prepare('SELECT 1 FROM installation').get())
    throw new StorageError('unreachable', `${file} is not a backup of an installation`);
  db.exec(except.map((table) => `DELETE FROM ${table};`).join('\n'));
}
