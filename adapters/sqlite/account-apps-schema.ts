const add =
  "INSERT OR IGNORE INTO accountApps (appId, accountId) SELECT value, new.id FROM json_each(new.record, '$.administers');";
const remove = `DELETE FROM accountApps
  WHERE appId IN (SELECT value FROM json_each(old.record, '$.administers')) AND accountId = old.id;`;

/** Of the fourth schema: people by the apps that they administer. Triggers keep the rows. */
export const accountAppsSchema = `
CREATE TABLE IF NOT EXISTS accountApps (
  appId TEXT NOT NULL, accountId TEXT NOT NULL, PRIMARY KEY (appId, accountId)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS accountAppsInserted AFTER INSERT ON accounts BEGIN
  ${add}
END;
CREATE TRIGGER IF NOT EXISTS accountAppsUpdated AFTER UPDATE OF record ON accounts
  WHEN old.record -> '$.administers' IS NOT new.record -> '$.administers' BEGIN
  ${remove}
  ${add}
END;
CREATE TRIGGER IF NOT EXISTS accountAppsDeleted AFTER DELETE ON accounts BEGIN
  ${remove}
END;
INSERT OR IGNORE INTO accountApps (appId, accountId)
  SELECT value, accounts.id FROM accounts, json_each(record, '$.administers');`;
