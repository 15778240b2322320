/** What stands beside audit events: keys of personal fields, signed checkpoints, and which chains go on. */
export const auditSchema = `
CREATE TABLE IF NOT EXISTS auditKeys (id TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS auditCheckpoints (
  id TEXT NOT NULL PRIMARY KEY, no INTEGER NOT NULL UNIQUE, record TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS auditChains (id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS auditChainsByTime ON auditChains (at, id);`;
