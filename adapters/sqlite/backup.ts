import { renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { createPrivateFile, inMemory } from './file.ts';

/** Pages that are copied at a time: about 1 MB, then others get the processor. */
const rate = 256;

/**
 * Copies a database while it is used. A read transaction of its own holds one moment of it, so writes neither wait
 * nor begin the copy again. The copy has its final name only when it is complete.
 */
export async function backupFile(
  source: { db: DatabaseSync; file: string },
  file: string,
  onProgress: (share: number) => void = () => {},
): Promise<void> {
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  createPrivateFile(partial);
  const db = source.file === inMemory ? source.db : openSnapshot(source.file);
  try {
    await backup(db, partial, {
      rate,
      progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / totalPages),
    });
    renameSync(partial, file);
  } finally {
    if (db !== source.db) db.close();
    rmSync(partial, { force: true });
  }
  onProgress(1);
}

function openSnapshot(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  return db;
}
