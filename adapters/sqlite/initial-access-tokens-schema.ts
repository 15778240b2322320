/** What lets strangers register apps. */
export const initialAccessTokensSchema = `
CREATE TABLE IF NOT EXISTS initialAccessTokens (
  id TEXT NOT NULL PRIMARY KEY, expiresAt INTEGER NOT NULL, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS initialAccessTokensByExpiry ON initialAccessTokens (expiresAt);`;
