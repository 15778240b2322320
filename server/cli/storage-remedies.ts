import type { StorageError } from '../errors.ts';

/** What to do about a storage that cannot be used. */
export const storageRemedies: Record<StorageError['reason'], string> = {
  unreachable:
    'Check LATCHKEY_STORAGE (without it, LATCHKEY_DATA_DIR), and that the database is running and may be reached from here.',
  too_new: 'Start the newer version of Latchkey that this storage was used with.',
  needs_migration: 'Or start the server, which does it by itself.',
  locked:
    'Stop the other server first: an SQLite storage has one. Another installation beside it needs its own LATCHKEY_DATA_DIR and LATCHKEY_ISSUER.',
  wrong_secret: 'Put back the secret that the storage was made with.',
  no_salt:
    'Restore a backup that has it (`latchkey restore`), or bring it over from an export of this installation (`latchkey import`). Where it is lost for good, `latchkey secret renew-subjects` makes another one.',
  read_only: 'Let the user that runs Latchkey write to the storage.',
};
