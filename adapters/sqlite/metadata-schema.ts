/** Of the third schema: the FIDO metadata that was taken, and who does what only one instance may do. */
export const metadataSchema = `
CREATE TABLE IF NOT EXISTS fidoMetadata (
  id TEXT NOT NULL PRIMARY KEY, no INTEGER NOT NULL, record TEXT NOT NULL, packed TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS leases (
  id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL, fence INTEGER NOT NULL
) STRICT;`;
