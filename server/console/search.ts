import { searchPage } from '../../views/console/search.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { appRow } from './apps.ts';
import { personRow } from './people.ts';
import { ifAllowed } from './problems.ts';
import type { Answer, ConsoleRoute, Visit } from './visit.ts';

export const searchRoutes: readonly ConsoleRoute[] = [{ method: 'GET', path: '/search', run: search }];

const few = 10;

/** By the beginnings of names; and what somebody may have copied whole: an id, a client id, an AAGUID. */
async function search(visit: Visit): Promise<Answer> {
  const { admin, page, query } = visit;
  const text = query.q?.trim().slice(0, 200) ?? '';
  if (text === '') return { page: searchPage(page, { text, people: [], apps: [], others: [] }) };
  const [people, byId, apps, model] = await Promise.all([
    ifAllowed(() => admin.people.list({ text, limit: few })),
    ifAllowed(() => admin.people.show({ user: text })),
    ifAllowed(() => admin.apps.list({ text, limit: few })),
    /^[0-9a-f-]{36}$/i.test(text) ? ifAllowed(() => admin.metadata.show({ aaguid: text })) : undefined,
  ]);
  const found = [...(byId ? [byId.account] : []), ...(people?.items ?? [])];
  const unique = [...new Map(found.map((person) => [person.id, person])).values()];
  return {
    page: searchPage(page, {
      text,
      people: unique.map(personRow),
      apps: (apps?.items ?? []).map(appRow),
      others: model ? [{ label: model.name, url: consoleUrls.model(model.aaguid) }] : [],
    }),
  };
}
