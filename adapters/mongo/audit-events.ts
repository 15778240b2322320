import type { AuditEvent, AuditEventRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

const auditEventKind: RecordKind<AuditEvent> = {
  name: 'auditEvents',
  fields: {
    chain: String,
    sequence: Number,
    at: Number,
    type: String,
    actor: embedded({ kind: String, id: String }),
    accountId: String,
    appId: String,
    passkeyId: String,
    signInId: String,
    requestId: String,
    reason: String,
    details: String,
    previousHash: String,
    hash: String,
  },
  unique: [['chain', 'sequence']],
  /** JSON text: its keys are free, and MongoDB before 5.0 refuses a `$` in one. */
  encode: ({ details, ...stored }) =>
    details === undefined ? stored : { ...stored, details: JSON.stringify(details) },
  decode: ({ details, ...stored }) =>
    typeof details === 'string' ? { ...stored, details: JSON.parse(details) } : stored,
};

export function createAuditEvents(link: Link): AuditEventRepository {
  const auditEvents = createCollection(link, auditEventKind);
  return {
    insertMany: (events) => auditEvents.insert(...events),
    listByChain: (chain, { fromSequence, limit }) =>
      auditEvents.many(
        { chain, sequence: operator({ $gte: fromSequence }) },
        { sort: { sequence: 1 }, limit },
      ),
    list: ({ accountId, before = Number.MAX_SAFE_INTEGER, limit }) =>
      auditEvents.many(
        { ...(accountId !== undefined && { accountId }), at: operator({ $lt: before }) },
        { sort: { at: -1, sequence: -1 }, limit },
      ),
  };
}
