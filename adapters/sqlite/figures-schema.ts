/** Of the fourth schema: counters, and the passkeys that were counted of each person. */
export const figuresSchema = `
CREATE TABLE IF NOT EXISTS figures (id TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL, expiresAt INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS figuresByExpiry ON figures (expiresAt) WHERE expiresAt IS NOT NULL;
CREATE TABLE IF NOT EXISTS passkeyHolders (
  id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;`;
