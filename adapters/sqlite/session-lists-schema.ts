/** Of the fourth schema: what was granted by app, and sign-ins by person, passkey and app, newest first. */
export const sessionListsSchema = `
ALTER TABLE signIns ADD COLUMN appId TEXT GENERATED ALWAYS AS (record ->> '$.appId') VIRTUAL;
CREATE INDEX IF NOT EXISTS signInsOfAccount ON signIns (accountId, at, id);
CREATE INDEX IF NOT EXISTS signInsOfPasskey ON signIns (passkeyId, at, id);
CREATE INDEX IF NOT EXISTS signInsOfApp ON signIns (appId, at, id) WHERE appId IS NOT NULL;
CREATE INDEX IF NOT EXISTS artifactsByAppAndModel ON artifacts (appId, model, id) WHERE appId IS NOT NULL;`;
