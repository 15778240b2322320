/** The second schema: the passkey manager's receipts with their keys, its events, and sign-ins in order of time. */
export const receiptsSchema = `
CREATE TABLE IF NOT EXISTS receipts (
  id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS receiptsByTime ON receipts (at, id);
CREATE INDEX IF NOT EXISTS receiptsByExpiry ON receipts (expiresAt);

CREATE TABLE IF NOT EXISTS receiptKeys (
  id TEXT NOT NULL PRIMARY KEY, generation INTEGER NOT NULL UNIQUE, currentAt INTEGER, record TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS passkeyEvents (
  id TEXT NOT NULL PRIMARY KEY, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS passkeyEventsByExpiry ON passkeyEvents (expiresAt);

CREATE INDEX IF NOT EXISTS signInsByTime ON signIns (at, id);`;
