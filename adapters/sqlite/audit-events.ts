import type { AuditEvent, AuditEventRepository, EventRange } from '../../server/storage.ts';
import { boundsOf } from '../event-range.ts';
import type { Database } from './database.ts';

export function createAuditEvents(db: Database): AuditEventRepository {
  const insert = db.statement(
    'INSERT INTO auditEvents (id, chain, sequence, at, accountId, openAt, record) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const listByChain = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE chain = ? AND sequence >= ? ORDER BY sequence LIMIT ?',
  );
  const listByChange = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE changeId = ? ORDER BY rowid',
  );
  const listOpen = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE openAt < ? ORDER BY openAt LIMIT ?',
  );
  const settle = db.change('UPDATE auditEvents SET openAt = NULL WHERE changeId = ? AND openAt IS NOT NULL');
  const listByPlace = db.many<AuditEvent>(
    'SELECT record FROM auditEvents WHERE (chain, sequence) > (?, ?) ORDER BY chain, sequence LIMIT ?',
  );
  const findLast = db.one<AuditEvent>(
    'SELECT record FROM auditEvents WHERE chain = ? ORDER BY sequence DESC LIMIT 1',
  );
  const list = listInTime(db);
  return {
    insertMany: (events) =>
      db.together(() => {
        for (const event of events) {
          const { id, chain, sequence, at, accountId, outcome } = event;
          const openAt = outcome === 'intent' ? at : null;
          insert(id, chain, sequence, at, accountId ?? null, openAt, JSON.stringify(event));
        }
      }),
    listByChain: (chain, { fromSequence, limit }) => listByChain(chain, fromSequence, limit),
    listByPlace: ({ after, limit }) => listByPlace(after?.chain ?? '', after?.sequence ?? -1, limit),
    findLast: (chain) => findLast(chain),
    removeUpTo: removeInParts(db),
    list: (range) => list(range),
    listByAccount: listInTime(db, 'accountId'),
    listByActor: listInTime(db, 'actorId'),
    listByApp: listInTime(db, 'appId'),
    listByPasskey: listInTime(db, 'passkeyId'),
    listByType: listInTime(db, 'type'),
    listByChange: (changeId) => listByChange(changeId),
    listOpenIntents: ({ before, limit }) => listOpen(before, limit),
    async settleIntent(changeId) {
      await settle(changeId);
    },
  };
}

/** Events that one commit deletes at most, so that a long clean-up lets other writes through. */
const mostAtOnce = 500;

function removeInParts(db: Database): AuditEventRepository['removeUpTo'] {
  const removePart = db.change(
    `DELETE FROM auditEvents WHERE rowid IN (SELECT rowid FROM auditEvents WHERE chain = ? AND sequence <= ? ORDER BY sequence LIMIT ${mostAtOnce})`,
  );
  return async ({ chain, sequence }) => {
    let total = 0;
    for (let removed = mostAtOnce; removed === mostAtOnce; total += removed)
      removed = await removePart(chain, sequence);
    return total;
  };
}

function listInTime(db: Database): (range: EventRange) => Promise<AuditEvent[]>;
function listInTime(
  db: Database,
  column: string,
): (value: string, range: EventRange) => Promise<AuditEvent[]>;
function listInTime(db: Database, column?: string) {
  const where = column === undefined ? '' : `${column} = ? AND `;
  const down = db.many<AuditEvent>(
    `SELECT record FROM auditEvents WHERE ${where}(at, sequence, id) < (?, ?, ?) AND at >= ? ORDER BY at DESC, sequence DESC, id DESC LIMIT ?`,
  );
  const up = db.many<AuditEvent>(
    `SELECT record FROM auditEvents WHERE ${where}(at, sequence, id) > (?, ?, ?) AND at < ? ORDER BY at, sequence, id LIMIT ?`,
  );
  return (...given: [EventRange] | [string, EventRange]) => {
    const [range, values] = given.length === 1 ? [given[0], []] : [given[1], [given[0]]];
    const { from, end } = boundsOf(range);
    const read = range.oldestFirst ? up : down;
    return read(...values, from.at, from.sequence, from.id, end, range.limit);
  };
}
