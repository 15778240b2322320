/** What apps are to be told of ended sessions. */
export const logoutNoticesSchema = `
CREATE TABLE IF NOT EXISTS logoutNotices (
  id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, appId TEXT NOT NULL, nextAttemptAt INTEGER NOT NULL,
  attempts INTEGER NOT NULL, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS logoutNoticesByApp ON logoutNotices (state, appId, nextAttemptAt);
CREATE INDEX IF NOT EXISTS logoutNoticesByExpiry ON logoutNotices (expiresAt);`;
