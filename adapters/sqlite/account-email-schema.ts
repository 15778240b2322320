/** Of the fourth schema: people by an address that they have shown to be theirs. */
export const accountEmailSchema = `
ALTER TABLE accounts ADD COLUMN emailKey TEXT GENERATED ALWAYS AS (record ->> '$.emailKey') VIRTUAL;
ALTER TABLE accounts ADD COLUMN emailVerified INTEGER GENERATED ALWAYS AS (record ->> '$.emailVerified') VIRTUAL;
CREATE INDEX IF NOT EXISTS accountsByVerifiedEmail ON accounts (emailKey) WHERE emailVerified = 1;`;
