/** What apps did wrong lately: one record an app. */
export const appRefusalsSchema = `
CREATE TABLE IF NOT EXISTS appRefusals (
  id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;`;
