/** Mails that wait to be sent. */
export const outgoingMailsSchema = `
CREATE TABLE IF NOT EXISTS outgoingMails (
  id TEXT NOT NULL PRIMARY KEY, nextAttemptAt INTEGER NOT NULL, attempts INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outgoingMailsByTime ON outgoingMails (nextAttemptAt);
CREATE INDEX IF NOT EXISTS outgoingMailsByExpiry ON outgoingMails (expiresAt);`;
