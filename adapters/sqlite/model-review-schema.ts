/** Of the third schema: passkeys by their model, and those whose model was found broken. */
export const modelReviewSchema = `
ALTER TABLE passkeys ADD COLUMN aaguid TEXT GENERATED ALWAYS AS (record ->> '$.aaguid') VIRTUAL;
ALTER TABLE passkeys ADD COLUMN modelAlertAt INTEGER GENERATED ALWAYS AS (record ->> '$.modelAlertAt') VIRTUAL;
CREATE INDEX IF NOT EXISTS passkeysByModel ON passkeys (aaguid, id);
CREATE INDEX IF NOT EXISTS passkeysByModelAlert ON passkeys (modelAlertAt, id) WHERE modelAlertAt IS NOT NULL;`;
