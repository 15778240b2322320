/** A backup to bring back, and where to. */
export interface Restore {
  url: string;
  /** What `Storage.backup` of the same engine wrote. */
  file: string;
  /** Whether an installation that is there is overwritten. */
  replace?: boolean;
  onProgress?: (share: number) => void;
}

/**
 * What a restore leaves behind: everything that was issued or is waiting for an answer. What was revoked or used
 * after the backup was made must not come back to life, so everybody signs in again and links are made anew. With the
 * sessions goes what would have ended them. Sign-ins, receipts and their keys are history, and stay.
 */
const ephemeral = [
  'artifacts',
  'invitations',
  'challenges',
  'tickets',
  'proofs',
  'passkeyEvents',
  'logoutNotices',
  'approvals',
  'initialAccessTokens',
  'outgoingMails',
] as const;

/**
 * Brings a backup back and its schema up to date. No server may be running on it.
 *
 * @throws ConflictError with field `installation` if there is one already and it is not to be replaced
 * @throws StorageError if the file is not a complete backup, or was made by a newer release; nothing was changed
 */
export async function restoreStorage(restore: Restore): Promise<void> {
  if (restore.url.startsWith('sqlite:')) {
    const { restoreSqlite } = await import('./sqlite/restore.ts');
    return restoreSqlite(restore, ephemeral);
  }
  const { restoreMongo } = await import('./mongo/restore.ts');
  return restoreMongo(restore, ephemeral);
}
