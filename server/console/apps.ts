import { appPage } from '../../views/console/apps/app.ts';
import type { AppRow } from '../../views/console/apps/app-facts.ts';
import type { ExchangeData } from '../../views/console/apps/exchange-panel.ts';
import { appsPage } from '../../views/console/apps/list.ts';
import { type NewAppData, newAppPage } from '../../views/console/apps/new-app.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { logoUrl } from '../apps/logos/logo-url.ts';
import { appKinds } from '../apps/validation.ts';
import { readApp } from './app-data.ts';
import { act, attempt } from './problems.ts';
import {
  type Answer,
  type ConsoleRoute,
  may,
  noticeOf,
  optional,
  revisionOf,
  text,
  type Visit,
} from './visit.ts';

export const appRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/apps', run: showApps },
  { method: 'GET', path: '/apps/new', run: (visit) => showNew(visit) },
  { method: 'POST', path: '/apps/new', run: add },
  { method: 'GET', path: '/apps/:id', run: (visit) => showApp(visit) },
  { method: 'POST', path: '/apps/:id/rotate', run: rotate },
  { method: 'POST', path: '/apps/:id/end-secret', run: endSecret },
  { method: 'POST', path: '/apps/:id/add-redirect', run: addRedirect },
  { method: 'POST', path: '/apps/:id/remove', run: remove },
];

async function showApps(visit: Visit): Promise<Answer> {
  const { admin, page, query } = visit;
  const { search, after } = query;
  const { items, next } = await admin.apps.list({
    ...(search?.trim() && { text: search }),
    ...(after && { after }),
  });
  return {
    page: appsPage(page, {
      apps: items.map(appRow),
      ...(search && { search }),
      mayAdd: may(visit, 'apps:write'),
      next,
      isFurther: Boolean(after),
      ...noticeOf(visit),
    }),
  };
}

export function appRow({ id, name, kind, redirectUris: [first], logoUri, origin }: AppFacts): AppRow {
  const host = first && URL.parse(first)?.host;
  return {
    ...{ id, name, kind },
    ...(host && { host }),
    ...(logoUri && { logoUrl: logoUrl({ id, logoUri }) ?? '' }),
    ...(origin === 'builtin' && { isBuiltin: true }),
    ...(origin === 'dynamic' && { isRegistered: true }),
  };
}

async function showNew(
  visit: Visit,
  again: Pick<NewAppData, 'problems' | 'notice'> = { problems: {} },
): Promise<Answer> {
  const { page, form } = visit;
  const fields = {
    name: text(form, 'name'),
    kind: optional(form, 'kind') ?? 'web',
    redirectUri: text(form, 'redirectUri'),
    origin: text(form, 'origin'),
  };
  return { page: newAppPage(page, { fields, ...again }) };
}

/** The secret travels sealed to the page that shows it this once. */
function add(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const kind = appKinds.find((each) => each === form.get('kind')) ?? 'web';
      const [redirectUri, origin] = [optional(form, 'redirectUri'), optional(form, 'origin')];
      const hasRedirect = kind === 'web' || kind === 'browser' || kind === 'native';
      const { app, secret } = await admin.apps.add({
        name: text(form, 'name'),
        kind,
        redirectUris: redirectUri && hasRedirect ? [redirectUri] : [],
        ...(kind === 'proxied' && origin && { forwardAuth: { origins: [origin] } }),
      });
      return {
        to: consoleUrls.app(app.id),
        told: {
          kind: 'success',
          key: 'done.appAdded',
          values: { name: app.name },
          ...(secret && { once: { about: `secret ${app.id}`, value: secret } }),
        },
      };
    },
    ({ problems: { redirectUris, ...problems }, notice }) =>
      showNew(visit, {
        notice,
        problems: { ...problems, ...(redirectUris && { redirectUri: redirectUris }) },
      }),
  );
}

type AgainExchange = Omit<ExchangeData, 'apps' | 'mayImpersonate'> & ReturnType<typeof noticeOf>;

export async function showApp(visit: Visit, again?: AgainExchange): Promise<Answer> {
  const data = await readApp(visit, visit.params.id ?? '');
  const { notice, ...typed } = again ?? noticeOf(visit);
  const { exchange } = data;
  return {
    page: appPage(visit.page, {
      ...data,
      ...(exchange && { exchange: { ...exchange, ...typed } }),
      ...(notice && { notice }),
    }),
  };
}

function rotate(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  const id = params.id ?? '';
  return attempt(
    visit,
    async () => {
      const previousHours = Number(optional(form, 'previousHours') ?? 24);
      const { secret } = await admin.apps.rotateSecret({ id, previousHours });
      const once = { about: `secret ${id}`, value: secret };
      return { to: consoleUrls.app(id), told: { kind: 'success', key: 'done.secretMade', once } };
    },
    ({ notice }) => showApp(visit, { notice }),
  );
}

function endSecret({ admin, params, form }: Visit): Promise<Answer> {
  const id = params.id ?? '';
  return act(consoleUrls.app(id), { kind: 'success', key: 'done.secretEnded' }, () =>
    admin.apps.removeSecret({ id, secretId: text(form, 'secret') }),
  );
}

/** Mends what an app did wrong: the address that it sent is registered beside the others. */
function addRedirect({ admin, params, form }: Visit): Promise<Answer> {
  const id = params.id ?? '';
  return act(consoleUrls.app(id), { kind: 'success', key: 'done.redirectAdded' }, async () => {
    const { redirectUris } = await admin.apps.show({ id });
    const added = [...new Set([...redirectUris, text(form, 'uri')])];
    await admin.apps.update({ id, redirectUris: added, ...revisionOf(form) });
  });
}

async function remove({ admin, params }: Visit): Promise<Answer> {
  const id = params.id ?? '';
  const { name } = await admin.apps.show({ id });
  return act(consoleUrls.apps, { kind: 'success', key: 'done.appRemoved', values: { name } }, () =>
    admin.apps.remove({ id }),
  );
}
