import { ConflictError, StorageError } from '../../server/storage.ts';

/** Primary result codes (https://sqlite.org/rescode.html) that say that the file cannot be used right now. */
const unusable: Record<number, [StorageError['reason'], string]> = {
  3: ['unreachable', 'access to the database file was refused'],
  5: ['unreachable', 'the database is busy: another process has been writing for more than 5 s'],
  6: ['unreachable', 'the database is busy'],
  8: ['read_only', 'the database file cannot be written to'],
  10: ['unreachable', 'the database file could not be read or written'],
  11: ['unreachable', 'the database file is damaged'],
  13: ['read_only', 'the disk is full'],
  14: ['unreachable', 'the database file could not be opened'],
  26: ['unreachable', 'the file is not an SQLite database'],
};

const uniqueCodes = new Set([2067, 1555]);

/** What the ports promise to throw, from what node:sqlite throws. Anything else is a mistake of ours and passes. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ERR_INVALID_STATE')
    return new StorageError('unreachable', 'the storage is closed', { cause: error });
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  if (uniqueCodes.has(error.errcode))
    return new ConflictError(conflictField(error.message), { cause: error });
  const entry = unusable[error.errcode & 0xff];
  return entry ? new StorageError(entry[0], entry[1], { cause: error }) : error;
}

/** Columns are named after the record's fields; of several that are unique together the last one says most. */
function conflictField(message: string): string {
  return /(\w+)$/.exec(message)?.[1] ?? 'id';
}
