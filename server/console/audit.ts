import { type AuditFilters, auditPage, auditRows } from '../../views/console/audit.ts';
import type { EventRow } from '../../views/console/events.ts';
import { ofTrial } from '../apps/trial-app.ts';
import { namedApp, namedPerson } from './filters.ts';
import { ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, noticeOf, type Visit } from './visit.ts';

export const auditRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/audit', run: showAudit },
  { method: 'GET', path: '/audit/live', run: showLatest },
  { method: 'GET', path: '/audit/export', run: exportAudit },
];

type Query = Parameters<Visit['admin']['audit']['list']>[0];
type Event = Awaited<ReturnType<Visit['admin']['audit']['list']>>['items'][number];

const names = ['person', 'app', 'passkey', 'type', 'from', 'until'] as const;

function filtersOf({ query }: Visit): AuditFilters {
  return Object.fromEntries(
    names.flatMap((name) => (query[name]?.trim() ? [[name, query[name].trim()]] : [])),
  );
}

interface Asked {
  /** As a person would say them. */
  filters: AuditFilters;
  query: Query;
}

/** Who and what is gone, or not to be seen by whoever asks, is asked for as it was typed. */
async function read(visit: Visit): Promise<Asked> {
  const filters = filtersOf(visit);
  const [person, app] = await Promise.all([
    filters.person && ifAllowed(() => namedPerson(visit, filters.person ?? '')),
    filters.app && ifAllowed(() => namedApp(visit, filters.app ?? '')),
  ]);
  const named = (key: 'asked' | 'id') => ({
    ...filters,
    ...(person && { person: person[key] }),
    ...(app && { app: app[key] }),
  });
  return { filters: named('asked'), query: queryOf(named('id')) };
}

const day = 24 * 60 * 60 * 1000;

/** Days are whole, and in UTC. */
function queryOf({ person, app, passkey, type, from, until }: AuditFilters): Query {
  const [since, last] = [Date.parse(from ?? ''), Date.parse(until ?? '')];
  return {
    ...(person && { user: person }),
    ...(app && { app }),
    ...(passkey && { passkeyId: passkey }),
    ...(type && { type }),
    ...(since >= 0 && { since }),
    ...(last >= 0 && { before: last + day }),
  };
}

async function showAudit(visit: Visit): Promise<Answer> {
  const { filters, query } = await read(visit);
  const { after } = visit.query;
  const { items, next } = await visit.admin.audit.list({ ...query, ...(after && { after }) });
  return {
    page: auditPage(visit.page, {
      filters,
      events: await eventRows(visit, items),
      ...(!after && { live: { newest: items[0]?.id ?? '' } }),
      next,
      isFurther: Boolean(after),
      ...noticeOf(visit),
    }),
  };
}

/** What came after the newest that the page shows, as rows of its table. */
async function showLatest(visit: Visit): Promise<Answer> {
  const { newest = '' } = visit.query;
  const { items } = await visit.admin.audit.list((await read(visit)).query);
  const known = items.findIndex(({ id }) => id === newest);
  const fresh = known === -1 ? items : items.slice(0, known);
  const rows = String(auditRows(visit.page, await eventRows(visit, fresh)));
  return { json: { newest: items[0]?.id ?? newest, rows } };
}

async function exportAudit(visit: Visit): Promise<Answer> {
  return { download: { name: 'audit.jsonl', type: 'application/jsonl', body: jsonLines(visit) } };
}

/** Page by page, so that it fits into memory however much it is. */
async function* jsonLines(visit: Visit): AsyncGenerator<string> {
  const { query } = await read(visit);
  for (let after: string | undefined; ; ) {
    const { items, next } = await visit.admin.audit.list({ ...query, limit: 200, ...(after && { after }) });
    yield items.map((event) => `${JSON.stringify(event)}\n`).join('');
    if (next === undefined) return;
    after = next;
  }
}

/** A few, for the page of a person or a passkey; `undefined` for who may not read them. */
export async function latestEvents(visit: Visit, query: Query): Promise<EventRow[] | undefined> {
  const found = await ifAllowed(() => visit.admin.audit.list({ ...query, limit: 8 }));
  return found && eventRows(visit, found.items);
}

/** With the names of who and what they are about, each looked up once. */
async function eventRows(visit: Visit, events: readonly Event[]): Promise<EventRow[]> {
  const people = new Set(
    events.flatMap(({ accountId, actor }) => [accountId, actor?.kind === 'account' ? actor.id : undefined]),
  );
  const apps = new Set(
    events.flatMap(({ appId, actor }) => [appId, actor?.kind === 'app' ? actor.id : undefined]),
  );
  const [personNames, appNames] = await Promise.all([
    namesOf(
      people,
      async (id) => (await ifAllowed(() => visit.admin.people.show({ user: id })))?.account.name,
    ),
    namesOf(
      apps,
      async (id) => (await ifAllowed(() => visit.admin.apps.show({ id: ofTrial(id) ?? id })))?.name,
    ),
  ]);
  const named = (known: ReadonlyMap<string, string | undefined>, id: string) => {
    const name = known.get(id);
    return { id: ofTrial(id) ?? id, ...(name !== undefined && { name }) };
  };
  return events.map((event) => {
    const { id, at, type, actor, accountId, appId, passkeyId, reason, outcome } = event;
    return {
      ...{ id, at, type, json: JSON.stringify(event, null, 2) },
      ...(actor && {
        actor: {
          ...actor,
          ...(actor.id !== undefined && named(actor.kind === 'app' ? appNames : personNames, actor.id)),
        },
      }),
      ...(accountId !== undefined && { person: named(personNames, accountId) }),
      ...(appId !== undefined && { app: named(appNames, appId) }),
      ...(passkeyId !== undefined && { passkeyId }),
      ...(reason !== undefined && { reason }),
      ...(outcome !== undefined && { outcome }),
    };
  });
}

async function namesOf(
  ids: ReadonlySet<string | undefined>,
  find: (id: string) => Promise<string | undefined>,
): Promise<Map<string, string | undefined>> {
  const known = [...ids].filter((id) => id !== undefined);
  return new Map(await Promise.all(known.map(async (id) => [id, await find(id)] as const)));
}
