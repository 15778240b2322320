/** What happened: for whoever looks for it, follows it, or takes it elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditKeyRepository } from './audit-key.ts';
import type { AuditEvent, AuditEventRepository, EventPosition, EventRange } from './event.ts';
import { type SealDependencies, type ShownEvent, showEvents } from './seal.ts';

export interface SearchDependencies {
  storage: {
    auditEvents: Pick<
      AuditEventRepository,
      'list' | 'listByAccount' | 'listByActor' | 'listByApp' | 'listByPasskey' | 'listByType'
    >;
    auditKeys: Pick<AuditKeyRepository, 'findMany'>;
  };
  secret: SealDependencies['secret'];
}

/** All that is given must be so. */
export interface AuditFilter {
  accountId?: string | undefined;
  /** Who did it: an account or an app. */
  actorId?: string | undefined;
  appId?: string | undefined;
  passkeyId?: string | undefined;
  /** Such as `sign_in.failed`. */
  type?: string | undefined;
  /** Epoch milliseconds; `since` is in it, `before` is not. */
  since?: number | undefined;
  before?: number | undefined;
}

export interface AuditSearch extends AuditFilter {
  oldestFirst?: boolean | undefined;
  /** `next` of the page before. */
  after?: string | undefined;
  limit: number;
}

/** Events that one call reads at most, where few of them are looked for. */
const mostRead = 2000;
const pageSize = 500;

/**
 * One page, newest first unless it says so. It may have fewer events than asked for, or none, and a `next` all the same:
 * so much was read, and what is left may have more.
 */
export async function searchAudit(
  dependencies: SearchDependencies,
  { after, limit, oldestFirst, ...filter }: AuditSearch,
): Promise<{ items: ShownEvent[]; next?: string }> {
  const { since, before } = filter;
  const found: AuditEvent[] = [];
  let position = after === undefined ? undefined : readCursor(after);
  const size = isSimple(filter) ? limit : Math.max(limit, pageSize);
  for (let read = 0; ; ) {
    const page = await listBy(dependencies, filter, {
      since,
      before,
      oldestFirst,
      after: position,
      limit: size,
    });
    for (const event of page) {
      position = event;
      if (matches(event, filter)) found.push(event);
      if (found.length === limit) break;
    }
    read += page.length;
    const isOver = page.length < size && position === page.at(-1);
    if (found.length < limit && page.length === size && read < mostRead) continue;
    const items = await showEvents({ ...dependencies, auditKeys: dependencies.storage.auditKeys }, found);
    return position && page.length > 0 && !isOver ? { items, next: cursorOf(position) } : { items };
  }
}

/** A page of events that fit a query, here or through the API of another server. */
export type SearchPages<Q, E> = (
  query: Q & { oldestFirst: boolean; after?: string; limit: number },
) => Promise<{ items: E[]; next?: string }>;

/** As many as one page of the API has. */
const exportedAtOnce = 200;

/** All of them, page by page, the oldest first. */
export async function* exportAudit<Q extends object, E>(
  search: SearchPages<Q, E>,
  query: Q,
): AsyncGenerator<E[]> {
  let after: string | undefined;
  do {
    const from = after === undefined ? {} : { after };
    const { items, next } = await search({ ...query, ...from, oldestFirst: true, limit: exportedAtOnce });
    yield items;
    after = next;
  } while (after !== undefined);
}

interface Following {
  now: () => number;
  signal: AbortSignal;
  /** Milliseconds between two looks. */
  every?: number;
}

/** An event may be stored so many milliseconds after others that happened later: instances write by themselves. */
const lateness = 10_000;

/** What happens from now on, as it is stored, until `signal` says stop. */
export async function* followAudit<Q extends object, E extends { id: string; at: number }>(
  search: SearchPages<Q & { since: number }, E>,
  query: Q,
  { now, signal, every = 1000 }: Following,
): AsyncGenerator<E[]> {
  let told = new Map<string, number>();
  const begun = now();
  while (!signal.aborted) {
    const since = Math.max(begun, now() - lateness - every);
    for await (const page of exportAudit(search, { ...query, since })) {
      const fresh = page.filter(({ id }) => !told.has(id));
      for (const { id, at } of fresh) told.set(id, at);
      if (fresh.length > 0) yield fresh;
    }
    told = new Map([...told].filter(([, at]) => at >= since));
    await delay(every, undefined, { signal }).catch(() => {});
  }
}

/** The narrowest index that there is for what is looked for. */
function listBy(
  { storage: { auditEvents } }: SearchDependencies,
  { accountId, actorId, appId, passkeyId, type }: AuditFilter,
  range: EventRange,
): Promise<AuditEvent[]> {
  if (passkeyId !== undefined) return auditEvents.listByPasskey(passkeyId, range);
  if (accountId !== undefined) return auditEvents.listByAccount(accountId, range);
  if (actorId !== undefined) return auditEvents.listByActor(actorId, range);
  if (appId !== undefined) return auditEvents.listByApp(appId, range);
  if (type !== undefined) return auditEvents.listByType(type, range);
  return auditEvents.list(range);
}

function wanted({ accountId, actorId, appId, passkeyId, type }: AuditFilter) {
  return Object.entries({ accountId, actorId, appId, passkeyId, type }).filter(
    ([, value]) => value !== undefined,
  );
}

/** An index alone answers it. */
const isSimple = (filter: AuditFilter) => wanted(filter).length < 2;

function matches(event: AuditEvent, filter: AuditFilter): boolean {
  const said: Record<string, unknown> = { ...event, actorId: event.actor?.id };
  return wanted(filter).every(([name, value]) => said[name] === value);
}

const cursorOf = ({ at, sequence, id }: EventPosition): string => `${at}.${sequence}.${id}`;

/** What is no cursor begins at the beginning. */
function readCursor(cursor: string): EventPosition | undefined {
  const [, at, sequence, id = ''] = /^(\d{1,15})\.(\d{1,15})\.(.+)$/s.exec(cursor) ?? [];
  return at === undefined ? undefined : { at: Number(at), sequence: Number(sequence), id };
}
