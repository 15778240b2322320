import type { AuditEvent, AuditEventRepository, ChainPlace, EventRange } from '../../server/storage.ts';
import { boundsOf } from '../event-range.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind, type Stored } from './record-model.ts';

/** JSON text: their keys are free, and MongoDB before 5.0 refuses a `$` in one. */
const asText = ['details', 'before', 'after', 'personal'] as const;

/** What is stored beside an event: since when a change waits for its outcome. */
interface StoredEvent extends AuditEvent {
  openAt?: number | null;
}

const auditEventKind: RecordKind<StoredEvent> = {
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
    changeId: String,
    outcome: String,
    reason: String,
    details: String,
    before: String,
    after: String,
    personal: String,
    previousHash: String,
    hash: String,
    openAt: Number,
  },
  unique: [['chain', 'sequence']],
  encode: (event) =>
    withFields(event, asText, (value) => (value === undefined ? undefined : JSON.stringify(value))),
  decode: ({ openAt, ...event }) =>
    withFields(event as Stored, asText, (value) =>
      typeof value === 'string' ? JSON.parse(value) : undefined,
    ),
};

function withFields(event: Stored, names: readonly string[], convert: (value: unknown) => unknown): Stored {
  const converted: Stored = { ...event };
  for (const name of names) if (event[name] !== undefined) converted[name] = convert(event[name]);
  return converted;
}

export function createAuditEvents(link: Link): AuditEventRepository {
  const auditEvents = createCollection(link, auditEventKind);
  const listBy = (field: string) => (value: string, range: EventRange) => list({ [field]: value }, range);
  const list = (filter: Record<string, unknown>, range: EventRange) =>
    auditEvents.many({ ...filter, ...inTime(range) }, { sort: order(range), limit: range.limit });
  return {
    insertMany: (events) =>
      auditEvents.insert(
        ...events.map((event) => (event.outcome === 'intent' ? { ...event, openAt: event.at } : event)),
      ),
    listByChain: (chain, { fromSequence, limit }) =>
      auditEvents.many(
        { chain, sequence: operator({ $gte: fromSequence }) },
        { sort: { sequence: 1 }, limit },
      ),
    listByPlace: ({ after, limit }) =>
      auditEvents.many(after ? afterPlace(after) : {}, { sort: { chain: 1, sequence: 1 }, limit }),
    async findLast(chain) {
      const [last] = await auditEvents.many({ chain }, { sort: { sequence: -1 }, limit: 1 });
      return last;
    },
    removeUpTo: ({ chain, sequence }) =>
      auditEvents.remove({ chain, sequence: operator({ $lte: sequence }) }),
    list: (range) => list({}, range),
    listByAccount: listBy('accountId'),
    listByActor: listBy('actor.id'),
    listByApp: listBy('appId'),
    listByPasskey: listBy('passkeyId'),
    listByType: listBy('type'),
    listByChange: (changeId) => auditEvents.many({ changeId }, { sort: { at: 1, sequence: 1 } }),
    listOpenIntents: ({ before, limit }) =>
      auditEvents.many({ openAt: operator({ $lt: before }) }, { sort: { openAt: 1 }, limit }),
    async settleIntent(changeId) {
      await auditEvents.change({ changeId, openAt: operator({ $gte: 0 }) }, { openAt: null });
    },
  };
}

function afterPlace({ chain, sequence }: ChainPlace): Record<string, unknown> {
  return {
    chain: operator({ $gte: chain }),
    $or: [{ chain: operator({ $gt: chain }) }, { sequence: operator({ $gt: sequence }) }],
  };
}

function order({ oldestFirst }: EventRange): Record<string, 1 | -1> {
  const direction = oldestFirst ? 1 : -1;
  return { at: direction, sequence: direction, _id: direction };
}

/** One range of an index in order of time; of the moment that it begins with, only what comes after its event. */
function inTime(range: EventRange): Record<string, unknown> {
  const { from, end } = boundsOf(range);
  const [beyond, bounds] = range.oldestFirst
    ? ['$gt', { $gte: from.at, $lt: end }]
    : ['$lt', { $lte: from.at, $gte: end }];
  const { at, sequence, id } = from;
  return {
    at: operator(bounds),
    $or: [
      { at: operator({ [beyond]: at }) },
      { at, sequence: operator({ [beyond]: sequence }) },
      { at, sequence, _id: operator({ [beyond]: id }) },
    ],
  };
}
