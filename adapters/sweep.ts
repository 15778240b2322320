import type { Storage } from '../server/storage.ts';

/** What expires, the largest first. */
const expiring = [
  'artifacts',
  'invitations',
  'signIns',
  'receipts',
  'challenges',
  'tickets',
  'proofs',
  'passkeyEvents',
  'logoutNotices',
  'approvals',
  'initialAccessTokens',
  'outgoingMails',
  'figures',
] as const satisfies readonly (keyof Storage)[];

/** Deletes what had expired at `now`; resolves to the number of records. */
export async function sweep(storage: Pick<Storage, (typeof expiring)[number]>, now: number): Promise<number> {
  let removed = 0;
  for (const name of expiring) removed += await storage[name].removeExpired(now);
  return removed;
}
