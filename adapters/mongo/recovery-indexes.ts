import { expiry, type Index } from './schema.ts';

/** What a second person has to allow, and mails that wait to be sent. */
export const recoveryIndexes: Record<string, readonly Index[]> = {
  approvals: [{ key: { accountId: 1, _id: 1 } }, expiry],
  outgoingMails: [{ key: { nextAttemptAt: 1 } }, expiry],
};
