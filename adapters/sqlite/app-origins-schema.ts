/** Of the fourth schema: apps behind gateways by where they are; each origin is one app's. Triggers keep the rows. */
export const appOriginsSchema = `
CREATE TABLE IF NOT EXISTS appOrigins (
  proxiedOrigins TEXT NOT NULL PRIMARY KEY, appId TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS appOriginsInserted AFTER INSERT ON apps BEGIN
  INSERT INTO appOrigins SELECT value, new.id FROM json_each(new.record, '$.forwardAuth.origins');
END;
CREATE TRIGGER IF NOT EXISTS appOriginsUpdated AFTER UPDATE OF record ON apps
  WHEN old.record -> '$.forwardAuth.origins' IS NOT new.record -> '$.forwardAuth.origins' BEGIN
  DELETE FROM appOrigins WHERE proxiedOrigins IN (SELECT value FROM json_each(old.record, '$.forwardAuth.origins'));
  INSERT INTO appOrigins SELECT value, new.id FROM json_each(new.record, '$.forwardAuth.origins');
END;
CREATE TRIGGER IF NOT EXISTS appOriginsDeleted AFTER DELETE ON apps BEGIN
  DELETE FROM appOrigins WHERE proxiedOrigins IN (SELECT value FROM json_each(old.record, '$.forwardAuth.origins'));
END;`;
