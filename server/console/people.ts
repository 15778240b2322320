import { peoplePage } from '../../views/console/people/list.ts';
import { personPage } from '../../views/console/people/person.ts';
import type { PersonRow } from '../../views/console/people/person-facts.ts';
import { removePersonPage } from '../../views/console/people/remove.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { roles } from '../accounts/account.ts';
import type { PersonFacts } from '../admin/shapes.ts';
import { AppError } from '../errors.ts';
import { endsOf, readPerson } from './person-data.ts';
import { act, attempt } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Told, text, type Visit } from './visit.ts';

export const peopleRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/people', run: showPeople },
  { method: 'GET', path: '/people/:id', run: showPerson },
  { method: 'POST', path: '/people/:id/disable', run: (visit) => suspend(visit, 'disable', 'done.disabled') },
  { method: 'POST', path: '/people/:id/enable', run: (visit) => suspend(visit, 'enable', 'done.enabled') },
  { method: 'POST', path: '/people/:id/disconnect', run: disconnect },
  { method: 'POST', path: '/people/:id/export', run: exportPerson },
  { method: 'GET', path: '/people/:id/remove', run: (visit) => askToRemove(visit) },
  { method: 'POST', path: '/people/:id/remove', run: removePerson },
];

const isRole = (role: string | undefined) => roles.find((each) => each === role);
const isStatus = (status: string | undefined) =>
  (['active', 'disabled'] as const).find((each) => each === status);

async function showPeople(visit: Visit): Promise<Answer> {
  const { admin, page, query } = visit;
  const { search, after } = query;
  const role = isRole(query.role);
  const status = isStatus(query.status);
  const { items, next } = await admin.people.list({
    ...(search?.trim() && { text: search }),
    ...(role && { role }),
    ...(status && { status }),
    ...(after && { after }),
  });
  return {
    page: peoplePage(page, {
      people: items.map(personRow),
      filters: { ...(search && { search }), ...(role && { role }), ...(status && { status }) },
      mayInvite: may(visit, 'people:write'),
      next,
      isFurther: Boolean(after),
      ...noticeOf(visit),
    }),
  };
}

export function personRow({ id, name, userName, email, role, status, lastSignInAt }: PersonFacts): PersonRow {
  return {
    ...{ id, name, userName, role, status },
    ...(email !== undefined && { email }),
    ...(lastSignInAt !== undefined && { lastSignInAt }),
  };
}

async function showPerson(visit: Visit): Promise<Answer> {
  const data = await readPerson(visit, visit.params.id ?? '');
  return { page: personPage(visit.page, { ...data, ...noticeOf(visit) }) };
}

function suspend({ admin, params }: Visit, what: 'disable' | 'enable', key: Told['key']): Promise<Answer> {
  const { id = '' } = params;
  return act(consoleUrls.person(id), { kind: 'success', key }, () => admin.people[what]({ user: id }));
}

/** Everything that one app has of the person. */
function disconnect({ admin, params, form }: Visit): Promise<Answer> {
  const { id = '' } = params;
  const app = text(form, 'app');
  return act(consoleUrls.person(id), { kind: 'success', key: 'done.disconnected' }, async () => {
    const { items } = await admin.grants.list({ user: id });
    for (const grant of items.filter(({ appId }) => appId === app))
      await admin.grants.end({ user: id, id: grant.id });
  });
}

/** Everything that is held of the person, as a file (GDPR Art. 15, 20). */
async function exportPerson({ admin, params }: Visit): Promise<Answer> {
  const held = await admin.people.export({ user: params.id ?? '' });
  const body = `${JSON.stringify(held, null, 2)}\n`;
  return { download: { name: `${held.account.userName}.json`, type: 'application/json', body } };
}

async function askToRemove(
  visit: Visit,
  refused: Pick<Parameters<typeof removePersonPage>[1], 'problems'> & ReturnType<typeof noticeOf> = {
    problems: {},
    ...noticeOf(visit),
  },
): Promise<Answer> {
  const { account, passkeys } = await visit.admin.people.show({ user: visit.params.id ?? '' });
  const { id, name, userName, revision } = account;
  const ends = { ...(await endsOf(visit, id)), passkeys: passkeys.length };
  return {
    page: removePersonPage(visit.page, { person: { id, name, userName, revision }, ends, ...refused }),
  };
}

/** The user name is typed, so that nobody is removed by a slip of the hand. */
function removePerson(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  const user = params.id ?? '';
  return attempt(
    visit,
    async () => {
      const { account } = await admin.people.show({ user });
      if (text(form, 'userName') !== account.userName)
        throw new AppError('field_invalid', {
          field: 'userName',
          problems: [{ field: 'userName', message: visit.page.words('refused.otherName') }],
        });
      await admin.people.remove({ user });
      return {
        to: consoleUrls.people,
        told: { kind: 'success', key: 'done.removed', values: { name: account.name } },
      };
    },
    (refused) => askToRemove(visit, refused),
  );
}
