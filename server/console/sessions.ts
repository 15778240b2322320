import { type SessionsData, sessionsPage, tracePage } from '../../views/console/sessions.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { AppError } from '../errors.ts';
import { namedApp } from './filters.ts';
import { appName, sessionRow } from './person-data.ts';
import { act, attempt, ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, text, type Visit } from './visit.ts';

export const sessionRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/sessions', run: (visit) => showSessions(visit) },
  { method: 'POST', path: '/sessions/end', run: end },
  { method: 'POST', path: '/sessions/trace', run: trace },
  { method: 'POST', path: '/people/:id/end-sessions', run: endAllOfPerson },
];

type Found = Pick<SessionsData, 'sessions' | 'grants' | 'about' | 'passkey' | 'next' | 'isFurther'> & {
  /** As a person would say it. */
  filters?: Filters;
};
type Filters = SessionsData['filters'];

async function showSessions(
  visit: Visit,
  refused?: Pick<SessionsData, 'problems' | 'notice'>,
): Promise<Answer> {
  const { page, query } = visit;
  const filters = {
    person: query.person?.trim() ?? '',
    app: query.app?.trim() ?? '',
    passkey: query.passkey?.trim() ?? '',
  };
  const show = (found: Found, rest: Pick<SessionsData, 'problems' | 'notice'>): Answer => ({
    page: sessionsPage(page, { filters, mayEnd: may(visit, 'sessions:write'), ...found, ...rest }),
  });
  if (refused) return show({}, refused);
  return attempt(
    visit,
    async () => show(await find(visit, filters), { problems: {}, ...noticeOf(visit) }),
    async ({ notice }) => {
      const field = filters.person ? 'person' : filters.app ? 'app' : 'passkey';
      return show({}, { problems: { [field]: page.words('refused.notFound') }, notice });
    },
  );
}

/** By the first that is said. */
async function find(visit: Visit, { person, app, passkey }: Filters): Promise<Found> {
  if (person) return ofPerson(visit, person, passkey);
  if (app) return ofApp(visit, app);
  if (!passkey) return {};
  const { items } = await visit.admin.signIns.listByPasskey({ passkeyId: passkey, limit: 1 });
  const [latest] = items;
  if (!latest) throw new AppError('not_found', { field: 'passkey', detail: 'it signed nothing in' });
  return ofPerson(visit, latest.accountId, passkey);
}

async function ofPerson(visit: Visit, user: string, passkeyId: string | undefined): Promise<Found> {
  const { admin } = visit;
  const { account, passkeys } = await admin.people.show({ user });
  const { id, name, userName } = account;
  const person = { id, name };
  const { items } = await admin.sessions.list({ user: id, ...(passkeyId && { passkeyId }) });
  const rows = await Promise.all(items.map((session) => sessionRow(visit, session)));
  const sessions = rows.map((row) => ({ ...row, person }));
  const filters = { person: userName };
  if (!passkeyId) return { filters, sessions, about: { kind: 'person', ...person } };
  const passkey = passkeys.find((each) => each.id === passkeyId);
  return {
    filters: { ...filters, passkey: passkeyId },
    sessions,
    ...(passkey && { passkey: { id: passkeyId, name: passkey.name, person } }),
  };
}

async function ofApp(visit: Visit, app: string): Promise<Found> {
  const { admin, query } = visit;
  const { id, name, asked } = await namedApp(visit, app);
  const { items, next } = await admin.grants.listByApp({
    app: id,
    ...(query.after && { after: query.after }),
  });
  const grants = await Promise.all(
    items.map(async ({ id: grant, scopes, since, signIns: [latest] }) => {
      const person = latest && (await ifAllowed(() => admin.people.show({ user: latest.accountId })));
      const account = person?.account;
      return { id: grant, scopes, since, person: { id: latest?.accountId ?? '', name: account?.name ?? '' } };
    }),
  );
  const about = { kind: 'app', id, name } as const;
  return { filters: { app: asked }, grants, about, next, isFurther: Boolean(query.after) };
}

/** One session, one grant, or all of somebody. */
function end(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  const [all, person, uid, grant] = ['all', 'person', 'uid', 'grant'].map((name) => text(form, name)) as [
    string,
    string,
    string,
    string,
  ];
  const id = text(form, 'id');
  return act(backOf(form), { kind: 'success', key: all ? 'done.allEnded' : 'done.ended' }, () => {
    if (all === 'person') return admin.sessions.endAll({ user: id });
    if (all === 'app') return admin.grants.endByApp({ app: id });
    return grant ? admin.grants.end({ user: person, id: grant }) : admin.sessions.end({ user: person, uid });
  });
}

/** Only to a page of the console. */
function backOf(form: URLSearchParams): string {
  const back = text(form, 'back');
  return /^\/console\/[\w/?&=.%~+-]*$/.test(back) ? back : consoleUrls.sessions;
}

function endAllOfPerson({ admin, params }: Visit): Promise<Answer> {
  const user = params.id ?? '';
  return act(consoleUrls.person(user), { kind: 'success', key: 'done.allEnded' }, () =>
    admin.sessions.endAll({ user }),
  );
}

/** A token comes in the body, so that it stands in no log and no address. */
function trace(visit: Visit): Promise<Answer> {
  const { admin, page, form } = visit;
  return attempt(
    visit,
    async () => {
      const { kind, appId, account, signIns, passkeys } = await admin.sessions.trace({
        value: text(form, 'value'),
      });
      return {
        page: tracePage(page, {
          kind,
          ...(appId !== undefined && { app: await appName(visit, appId) }),
          ...(account && { person: { id: account.id, name: account.name } }),
          signIns: await Promise.all(
            signIns.map(async ({ id, at, passkeyId, appId: used }) => {
              const name = passkeys.find((passkey) => passkey.id === passkeyId)?.name;
              return {
                ...{ id, at },
                passkey: { id: passkeyId, ...(name !== undefined && { name }) },
                ...(used !== undefined && { app: await appName(visit, used) }),
              };
            }),
          ),
        }),
      };
    },
    ({ notice }) => showSessions(visit, { notice, problems: { value: page.words('trace.unknown') } }),
  );
}
