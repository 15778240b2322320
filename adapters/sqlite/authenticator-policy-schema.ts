/** Of the third schema: the rules for authenticators. Those of groups and apps stand in their records. */
export const authenticatorPolicySchema = `
CREATE TABLE IF NOT EXISTS authenticatorFloors (
  id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS groupsWithRule ON groups (nameKey)
  WHERE record ->> '$.authenticatorRule' IS NOT NULL;`;
