import { type ApiData, type ApiDetails, apiPage } from '../../views/console/apis/api.ts';
import { apisPage } from '../../views/console/apis/list.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { ApiFacts } from '../admin/apis.ts';
import { namedApp } from './filters.ts';
import { act, attempt, ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, text, type Visit } from './visit.ts';

export const apiRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/apis', run: showApis },
  { method: 'GET', path: '/apis/:id', run: (visit) => showApi(visit) },
  { method: 'POST', path: '/apis/:id/apps', run: chooseApp },
  { method: 'POST', path: '/apis/:id/remove', run: remove },
];

async function showApis(visit: Visit): Promise<Answer> {
  const { items } = await visit.admin.apis.list({});
  return {
    page: apisPage(visit.page, {
      apis: items.map(({ scopes, apps, ...api }) => ({
        ...api,
        scopes: scopes.map(({ name }) => name),
        apps: apps.length,
      })),
      mayChange: may(visit, 'apps:write'),
      ...noticeOf(visit),
    }),
  };
}

/** An app by its name; one that is gone by its client id. */
export async function appName({ admin }: Pick<Visit, 'admin'>, id: string) {
  const app = await ifAllowed(() => admin.apps.show({ id }));
  return { id, name: app?.name ?? id };
}

export function apiDetails({ detailTypes = [], apps: _, introspectedBy: _i, ...api }: ApiFacts): ApiDetails {
  return { ...api, detailTypes };
}

type Again = Pick<ApiData, 'problems' | 'app'> & ReturnType<typeof noticeOf>;

async function showApi(visit: Visit, again?: Again): Promise<Answer> {
  const api = await visit.admin.apis.show({ api: visit.params.id ?? '' });
  const apps = api.apps.map(async ({ details = [], ...allowed }) => ({
    ...allowed,
    ...(await appName(visit, allowed.id)),
    details,
  }));
  return {
    page: apiPage(visit.page, {
      api: apiDetails(api),
      apps: await Promise.all(apps),
      introspectedBy: await Promise.all(api.introspectedBy.map((id) => appName(visit, id))),
      mayChange: may(visit, 'apps:write'),
      ...(again ?? { problems: {}, ...noticeOf(visit) }),
    }),
  };
}

/** What it may do is said on a page of its own. */
function chooseApp(visit: Visit): Promise<Answer> {
  const asked = text(visit.form, 'app');
  return attempt(
    visit,
    async () => {
      const { id } = await namedApp(visit, asked);
      return { to: consoleUrls.api(visit.params.id ?? '', 'apps', id) };
    },
    (refused) => showApi(visit, { ...refused, app: asked }),
  );
}

async function remove({ admin, params }: Visit): Promise<Answer> {
  const api = params.id ?? '';
  const { name } = await admin.apis.show({ api });
  return act(consoleUrls.apis, { kind: 'success', key: 'done.apiRemoved', values: { name } }, () =>
    admin.apis.remove({ api }),
  );
}
