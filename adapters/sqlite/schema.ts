/**
 * The first schema. Tables and columns bear the names of the repositories and of the record's fields; `record` is
 * the whole record as JSON, apart from columns that change by themselves.
 */

/** Counts changes of what other processes keep in caches. */
export const counted = (table: string) =>
  ['INSERT', 'UPDATE OF record', 'DELETE']
    .map(
      (event) => `
CREATE TRIGGER IF NOT EXISTS ${table}Revision${event.split(' ')[0]} AFTER ${event} ON ${table} BEGIN
  UPDATE revisions SET value = value + 1 WHERE id = 'caches';
END;`,
    )
    .join('');

const addAccountKeys = `
  INSERT INTO accountUserHandles (userHandles, accountId) SELECT value, new.id FROM json_each(new.record, '$.userHandles');
  INSERT OR IGNORE INTO accountGroups (groupId, userNameKey, accountId)
    SELECT value, new.userNameKey, new.id FROM json_each(new.record, '$.groups');`;
const removeAccountKeys = `
  DELETE FROM accountUserHandles WHERE accountId = old.id;
  DELETE FROM accountGroups WHERE accountId = old.id;`;

const accounts = `
CREATE TABLE IF NOT EXISTS accounts (
  id TEXT NOT NULL PRIMARY KEY, sub TEXT NOT NULL UNIQUE, userNameKey TEXT NOT NULL UNIQUE, founder INTEGER UNIQUE,
  role TEXT NOT NULL, lastSignInAt INTEGER, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS accountsByRole ON accounts (role, userNameKey);

CREATE TABLE IF NOT EXISTS accountUserHandles (
  userHandles TEXT NOT NULL PRIMARY KEY, accountId TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accountUserHandlesByAccount ON accountUserHandles (accountId);
CREATE TABLE IF NOT EXISTS accountGroups (
  groupId TEXT NOT NULL, userNameKey TEXT NOT NULL, accountId TEXT NOT NULL, PRIMARY KEY (groupId, userNameKey)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accountGroupsByAccount ON accountGroups (accountId);
CREATE TRIGGER IF NOT EXISTS accountsInserted AFTER INSERT ON accounts BEGIN ${addAccountKeys}
END;
CREATE TRIGGER IF NOT EXISTS accountsUpdated AFTER UPDATE OF record ON accounts BEGIN ${removeAccountKeys}${addAccountKeys}
END;
CREATE TRIGGER IF NOT EXISTS accountsDeleted AFTER DELETE ON accounts BEGIN ${removeAccountKeys}
END;

CREATE TABLE IF NOT EXISTS invitations (
  id TEXT NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, accountId TEXT, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS invitationsByPurpose ON invitations (purpose);
CREATE INDEX IF NOT EXISTS invitationsByAccount ON invitations (accountId) WHERE accountId IS NOT NULL;
CREATE INDEX IF NOT EXISTS invitationsByExpiry ON invitations (expiresAt);

CREATE TABLE IF NOT EXISTS groups (
  id TEXT NOT NULL PRIMARY KEY, nameKey TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;`;

const provider = `
CREATE TABLE IF NOT EXISTS installation (
  singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1), record TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS apps (
  id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS signIns (
  id TEXT NOT NULL PRIMARY KEY, accountId TEXT NOT NULL, passkeyId TEXT NOT NULL, at INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS signInsByAccount ON signIns (accountId, at);
CREATE INDEX IF NOT EXISTS signInsByPasskey ON signIns (passkeyId);
CREATE INDEX IF NOT EXISTS signInsByExpiry ON signIns (expiresAt);

CREATE TABLE IF NOT EXISTS artifacts (
  id TEXT NOT NULL PRIMARY KEY, model TEXT NOT NULL, payload TEXT NOT NULL, grantId TEXT, uid TEXT, accountId TEXT,
  appId TEXT, userCodeHash TEXT, signInId TEXT, consumedAt INTEGER, expiresAt INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS artifactsByGrant ON artifacts (grantId, model) WHERE grantId IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS sessionsByUid ON artifacts (uid) WHERE model = 'Session';
CREATE INDEX IF NOT EXISTS artifactsByAccount ON artifacts (accountId, model) WHERE accountId IS NOT NULL;
CREATE INDEX IF NOT EXISTS artifactsByApp ON artifacts (appId) WHERE appId IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS artifactsByUserCode ON artifacts (userCodeHash) WHERE userCodeHash IS NOT NULL;
CREATE INDEX IF NOT EXISTS artifactsBySignIn ON artifacts (signInId, model) WHERE signInId IS NOT NULL;
CREATE INDEX IF NOT EXISTS artifactsByExpiry ON artifacts (expiresAt) WHERE expiresAt IS NOT NULL;

CREATE TABLE IF NOT EXISTS signingKeys (
  id TEXT NOT NULL PRIMARY KEY, alg TEXT NOT NULL, generation INTEGER NOT NULL, createdAt INTEGER NOT NULL,
  record TEXT NOT NULL, UNIQUE (alg, generation)
) STRICT;
CREATE INDEX IF NOT EXISTS signingKeysByCreation ON signingKeys (createdAt, id);

CREATE TABLE IF NOT EXISTS auditEvents (
  id TEXT NOT NULL PRIMARY KEY, chain TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, accountId TEXT,
  record TEXT NOT NULL, UNIQUE (chain, sequence)
) STRICT;
CREATE INDEX IF NOT EXISTS auditEventsByTime ON auditEvents (at, sequence);
CREATE INDEX IF NOT EXISTS auditEventsByAccount ON auditEvents (accountId, at, sequence) WHERE accountId IS NOT NULL;`;

const passkeys = `
CREATE TABLE IF NOT EXISTS passkeys (
  id TEXT NOT NULL PRIMARY KEY, userHandle TEXT NOT NULL, status TEXT NOT NULL, counter INTEGER NOT NULL,
  backupEligible INTEGER, backedUp INTEGER NOT NULL, lastUsedAt INTEGER, createdAt INTEGER NOT NULL,
  revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS passkeysByUserHandle ON passkeys (userHandle, createdAt);

CREATE TABLE IF NOT EXISTS challenges (
  id TEXT NOT NULL PRIMARY KEY, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS challengesByExpiry ON challenges (expiresAt);

CREATE TABLE IF NOT EXISTS tickets (
  id TEXT NOT NULL PRIMARY KEY, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ticketsByExpiry ON tickets (expiresAt);

CREATE TABLE IF NOT EXISTS proofs (
  id TEXT NOT NULL PRIMARY KEY, userHandle TEXT NOT NULL, expiresAt INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS proofsByUserHandle ON proofs (userHandle);
CREATE INDEX IF NOT EXISTS proofsByExpiry ON proofs (expiresAt);`;

const revisions = `
CREATE TABLE IF NOT EXISTS revisions (id TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO revisions (id, value) VALUES ('caches', 0);
${['accounts', 'groups', 'apps', 'signingKeys'].map(counted).join('')}`;

export const firstSchema = [accounts, provider, passkeys, revisions].join('\n');
