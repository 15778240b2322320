/** What a record is found by since the installation secret was exchanged. */
export const resealSchema = `
ALTER TABLE artifacts ADD COLUMN lookupId TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS artifactsByLookupId ON artifacts (lookupId) WHERE lookupId IS NOT NULL;`;
