/** What a second person has to allow. */
export const approvalsSchema = `
CREATE TABLE IF NOT EXISTS approvals (
  id TEXT NOT NULL PRIMARY KEY, accountId TEXT NOT NULL, expiresAt INTEGER NOT NULL, revision INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS approvalsByAccount ON approvals (accountId, id);
CREATE INDEX IF NOT EXISTS approvalsByExpiry ON approvals (expiresAt);`;
