/** What is kept of people beside what everybody has. */
export const attributeDefinitionsSchema = `
CREATE TABLE IF NOT EXISTS attributeDefinitions (
  id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;`;
