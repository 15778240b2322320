/** What an event is searched by, read from the record: the version before writes it too without knowing. */
const searched = {
  type: '$.type',
  actorId: '$.actor.id',
  appId: '$.appId',
  passkeyId: '$.passkeyId',
  changeId: '$.changeId',
};

const column = ([name, path]: [string, string]) =>
  `ALTER TABLE auditEvents ADD COLUMN ${name} TEXT GENERATED ALWAYS AS (record ->> '${path}') VIRTUAL;`;

const inOrderOfTime = (name: string) =>
  `CREATE INDEX auditEventsOf_${name} ON auditEvents (${name}, at, sequence, id) WHERE ${name} IS NOT NULL;`;

/**
 * Events by all that they are searched by, in order of time, and the changes that have no outcome yet (`openAt`). The
 * indexes that these replace began with the same columns.
 */
export const auditEventsSchema = `
${Object.entries(searched).map(column).join('\n')}
ALTER TABLE auditEvents ADD COLUMN openAt INTEGER;
DROP INDEX IF EXISTS auditEventsByTime;
DROP INDEX IF EXISTS auditEventsByAccount;
CREATE INDEX auditEventsInTime ON auditEvents (at, sequence, id);
${['accountId', 'type', 'actorId', 'appId', 'passkeyId'].map(inOrderOfTime).join('\n')}
CREATE INDEX auditEventsByChange ON auditEvents (changeId) WHERE changeId IS NOT NULL;
CREATE INDEX openIntents ON auditEvents (openAt) WHERE openAt IS NOT NULL;`;
