import { type LinkMadeData, linkMadePage } from '../../views/console/people/link-made.ts';
import {
  type PersonFields,
  type PersonFormData,
  personFormPage,
} from '../../views/console/people/person-form.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { roles } from '../accounts/account.ts';
import type { PersonFacts } from '../admin/shapes.ts';
import { readAttributes, readNewAttributes, writeAttributes } from './attributes.ts';
import { rolesToGive } from './person-data.ts';
import { act, attempt } from './problems.ts';
import {
  type Answer,
  type ConsoleRoute,
  lines,
  may,
  type noticeOf,
  optional,
  revisionOf,
  shownOnce,
  text,
  type Visit,
} from './visit.ts';

export const personFormRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/people/new', run: (visit) => showInvitation(visit) },
  { method: 'POST', path: '/people/new', run: invite },
  { method: 'GET', path: '/people/:id/edit', run: (visit) => showChange(visit) },
  { method: 'POST', path: '/people/:id/edit', run: change },
  { method: 'POST', path: '/people/:id/recover', run: recover },
  { method: 'GET', path: '/people/:id/link', run: showLink },
];

type Again = Pick<PersonFormData, 'problems'> & ReturnType<typeof noticeOf>;

const nothingWrong: Again = { problems: {} };

async function showInvitation(visit: Visit, again = nothingWrong): Promise<Answer> {
  const { page, form } = visit;
  const data = {
    fields: fieldsOf(form),
    groups: await groupsToGive(visit),
    roles: rolesToGive(visit),
    sendsMail: visit.sendsMail,
  };
  return { page: personFormPage(page, { ...data, ...again }) };
}

function fieldsOf(form: URLSearchParams): PersonFields {
  const email = optional(form, 'email');
  const locale = optional(form, 'locale');
  return {
    name: text(form, 'name'),
    userName: text(form, 'userName'),
    role: optional(form, 'role') ?? 'person',
    groups: form.getAll('groups'),
    attributes: text(form, 'attributes'),
    ...(email && { email }),
    ...(locale && { locale }),
  };
}

/** Those that can be ticked: of a great many, a group's own page takes people in. */
async function groupsToGive(visit: Visit): Promise<PersonFormData['groups']> {
  if (!may(visit, 'groups:write')) return [];
  const { items } = await visit.admin.groups.list({ limit: 100 });
  return items.map(({ id, name }) => ({ id, name }));
}

const roleOf = (form: URLSearchParams) => roles.find((role) => role === form.get('role'));

function invite(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const attributes = readNewAttributes(lines(form, 'attributes'));
      const groups = form.getAll('groups');
      const given = await admin.people.invite({
        userName: text(form, 'userName'),
        name: text(form, 'name'),
        ...(optional(form, 'email') && { email: text(form, 'email') }),
        ...(roleOf(form) && { role: roleOf(form) }),
        ...(Object.keys(attributes).length > 0 && { attributes }),
        ...(groups.length > 0 && { groups }),
      });
      return linkGiven('invitation', given);
    },
    (refused) => showInvitation(visit, refused),
  );
}

async function showChange(visit: Visit, again?: Again): Promise<Answer> {
  const { account } = await visit.admin.people.show({ user: visit.params.id ?? '' });
  const { id, name, revision } = account;
  const groups = await groupsToGive(visit);
  return {
    page: personFormPage(visit.page, {
      person: { id, name, revision },
      fields: again ? fieldsOf(visit.form) : fieldsOfPerson(account),
      groups,
      // Somebody else decides what one may do.
      roles: id === visit.account.id ? [account.role] : rolesToGive(visit, account.role),
      sendsMail: visit.sendsMail,
      ...(again ?? nothingWrong),
    }),
  };
}

function fieldsOfPerson({
  name,
  userName,
  email,
  locale,
  role,
  groups,
  attributes,
}: PersonFacts): PersonFields {
  return {
    ...{ name, userName, role, groups, attributes: writeAttributes(attributes) },
    ...(email !== undefined && { email }),
    ...(locale !== undefined && { locale }),
  };
}

function change(visit: Visit): Promise<Answer> {
  const { admin, form, params } = visit;
  const user = params.id ?? '';
  return attempt(
    visit,
    async () => {
      const { account } = await admin.people.show({ user });
      const role = roleOf(form);
      await admin.people.update({
        user,
        name: text(form, 'name'),
        email: optional(form, 'email') ?? null,
        ...(role && role !== account.role && { role }),
        attributes: readAttributes(lines(form, 'attributes'), account.attributes),
        ...revisionOf(form),
      });
      if (may(visit, 'groups:write')) await changeGroups(visit, account);
      return { to: consoleUrls.person(user), told: { kind: 'success', key: 'done.saved' } };
    },
    (refused) => showChange(visit, refused),
  );
}

/** Groups that could not be ticked stay as they are. */
async function changeGroups(visit: Visit, { id: user, groups }: PersonFacts): Promise<void> {
  const { admin, form } = visit;
  const wanted = form.getAll('groups');
  const offered = await groupsToGive(visit);
  for (const { id: group } of offered)
    if (wanted.includes(group) && !groups.includes(group)) await admin.groups.addMember({ group, user });
    else if (!wanted.includes(group) && groups.includes(group))
      await admin.groups.removeMember({ group, user });
}

async function recover(visit: Visit): Promise<Answer> {
  const user = visit.params.id ?? '';
  let answer: Answer | undefined;
  const refused = await act(consoleUrls.person(user), { kind: 'success', key: 'done.saved' }, async () => {
    answer = linkGiven('recovery', await visit.admin.people.recover({ user }));
  });
  return answer ?? refused;
}

interface Shown {
  purpose: LinkMadeData['purpose'];
  url: string;
  expiresAt: number;
}

interface Given {
  account: PersonFacts;
  link?: Omit<Shown, 'purpose'>;
  approval?: object;
}

/** The link travels sealed to the page that shows it this once, unless it went to the person alone. */
export function linkGiven(purpose: Shown['purpose'], { account, link, approval }: Given): Answer {
  const { id, email = '' } = account;
  if (approval) return { to: consoleUrls.approvals, told: { kind: 'caution', key: 'link.awaitsApproval' } };
  if (!link)
    return { to: consoleUrls.person(id), told: { kind: 'success', key: 'link.sent', values: { to: email } } };
  const value = JSON.stringify({ purpose, ...link } satisfies Shown);
  return {
    to: consoleUrls.person(id, 'link'),
    told: { kind: 'success', key: 'done.saved', once: { about: `link ${id}`, value } },
  };
}

async function showLink(visit: Visit): Promise<Answer> {
  const user = visit.params.id ?? '';
  const given = shownOnce(visit, `link ${user}`);
  if (given === undefined) return { to: consoleUrls.person(user) };
  const { account } = await visit.admin.people.show({ user });
  const { purpose, url, expiresAt } = JSON.parse(given) as Shown;
  const { id, name, email } = account;
  return {
    page: linkMadePage(visit.page, {
      person: { id, name },
      ...{ purpose, url, expiresAt },
      mail: { state: email === undefined ? 'no-address' : 'off' },
    }),
  };
}
