/** What one app may ask for at one API. */
import { type AllowedAppData, allowedAppPage } from '../../views/console/apis/allowed-app.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { ApiFacts } from '../admin/apis.ts';
import { apiDetails } from './apis.ts';
import { act, attempt } from './problems.ts';
import { type Answer, type ConsoleRoute, type noticeOf, revisionOf, type Visit } from './visit.ts';

export const allowedAppRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/apis/:id/apps/:app', run: (visit) => showForm(visit) },
  { method: 'POST', path: '/apis/:id/apps/:app', run: save },
  { method: 'POST', path: '/apis/:id/apps/:app/remove', run: remove },
];

type Again = Pick<AllowedAppData, 'problems'> & ReturnType<typeof noticeOf>;

async function showForm({ admin, page, params, form }: Visit, again?: Again): Promise<Answer> {
  const [api, app] = await Promise.all([
    admin.apis.show({ api: params.id ?? '' }),
    admin.apps.show({ id: params.app ?? '' }),
  ]);
  const before = api.apps.find(({ id }) => id === app.id);
  const { people = [], machine = [], details = [] } = again ? chosen(form) : (before ?? {});
  return {
    page: allowedAppPage(page, {
      api: apiDetails(api),
      app,
      fields: { people, machine, details },
      ...(again ?? { problems: {} }),
    }),
  };
}

const chosen = (form: URLSearchParams) => ({
  people: form.getAll('people'),
  machine: form.getAll('machine'),
  details: form.getAll('details'),
});

/** Nothing at all is no entry. */
function save(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  const [ref, id] = [params.id ?? '', params.app ?? ''];
  return attempt(
    visit,
    async () => {
      const api = await admin.apis.show({ api: ref });
      const { people, machine, details } = chosen(form);
      const entry = { id, people, machine, ...(details.length > 0 && { details }) };
      const isSome = people.length + machine.length + details.length > 0;
      const place = api.apps.findIndex((app) => app.id === id);
      const apps = isSome
        ? api.apps.toSpliced(place < 0 ? api.apps.length : place, 1, entry)
        : others(api, id);
      await admin.apis.update({ api: api.id, apps, ...revisionOf(form) });
      return { to: consoleUrls.api(ref), told: { kind: 'success', key: 'done.saved' } };
    },
    (refused) => showForm(visit, refused),
  );
}

function remove({ admin, params, form }: Visit): Promise<Answer> {
  const [ref, id] = [params.id ?? '', params.app ?? ''];
  return act(consoleUrls.api(ref), { kind: 'success', key: 'done.apiDisallowed' }, async () => {
    const api = await admin.apis.show({ api: ref });
    await admin.apis.update({ api: api.id, apps: others(api, id), ...revisionOf(form) });
  });
}

const others = ({ apps }: ApiFacts, id: string) => apps.filter((app) => app.id !== id);
