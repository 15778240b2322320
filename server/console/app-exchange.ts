/** Whose access tokens an app may exchange for ones of its own (RFC 8693). */
import { consoleUrls } from '../../views/console/urls.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { exchangeWithout } from '../apps/exchange-without.ts';
import { AppError } from '../errors.ts';
import { showApp } from './apps.ts';
import { namedApp } from './filters.ts';
import { act, attempt } from './problems.ts';
import { type Answer, type ConsoleRoute, text, type Visit } from './visit.ts';

export const appExchangeRoutes: readonly ConsoleRoute[] = [
  { method: 'POST', path: '/apps/:id/exchange', run: add },
  { method: 'POST', path: '/apps/:id/end-exchange', run: end },
  { method: 'POST', path: '/apps/:id/impersonate', run: impersonate },
  { method: 'POST', path: '/apps/:id/end-impersonation', run: endImpersonation },
];

function add(visit: Visit): Promise<Answer> {
  const { params, form } = visit;
  const [id, typed] = [params.id ?? '', text(form, 'app')];
  return attempt(
    visit,
    async () => {
      const other = await namedApp(visit, typed);
      if (other.id === id)
        throw new AppError('field_invalid', { field: 'app', detail: 'must be another app than this one' });
      await change(visit, ({ apps, ...others }) => ({ ...others, apps: [...new Set([...apps, other.id])] }));
      const told = { kind: 'success', key: 'done.exchangeAllowed', values: { name: other.name } } as const;
      return { to: consoleUrls.app(id), told };
    },
    ({ problems, notice }) =>
      showApp(visit, { typed, problem: problems.app ?? problems.tokenExchange, notice }),
  );
}

function end(visit: Visit): Promise<Answer> {
  const gone = new Set([text(visit.form, 'app')]);
  const done = { kind: 'success', key: 'done.apiDisallowed' } as const;
  return act(consoleUrls.app(visit.params.id ?? ''), done, () =>
    change(visit, (exchange) => exchangeWithout(exchange, gone)),
  );
}

/** In the names of whose people it may act without saying so: asked for by name all the same. */
async function impersonate(visit: Visit): Promise<Answer> {
  const { id, name } = await namedApp(visit, text(visit.form, 'app'));
  const done = { kind: 'success', key: 'done.impersonationAllowed', values: { name } } as const;
  return act(consoleUrls.app(visit.params.id ?? ''), done, () =>
    change(visit, ({ impersonates = [], ...others }) => ({
      ...others,
      impersonates: [...new Set([...impersonates, id])],
    })),
  );
}

function endImpersonation(visit: Visit): Promise<Answer> {
  const gone = text(visit.form, 'app');
  const done = { kind: 'success', key: 'done.impersonationEnded' } as const;
  return act(consoleUrls.app(visit.params.id ?? ''), done, () =>
    change(visit, ({ impersonates = [], ...others }) => {
      const kept = impersonates.filter((id) => id !== gone);
      return kept.length > 0 ? { ...others, impersonates: kept } : others;
    }),
  );
}

type Exchange = NonNullable<AppFacts['tokenExchange']>;

/** As it is this moment: what was changed meanwhile is a conflict. */
async function change(
  { admin, params }: Visit,
  next: (before: Exchange) => Exchange | undefined,
): Promise<void> {
  const { id, tokenExchange, revision } = await admin.apps.show({ id: params.id ?? '' });
  const exchange = next(tokenExchange ?? { apps: [] });
  await admin.apps.update({ id, revision, tokenExchange: exchange ?? null });
}
