import { type GroupData, groupPage, groupsPage, newGroupPage } from '../../views/console/groups/pages.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { personRow } from './people.ts';
import { act, attempt, ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, optional, text, type Visit } from './visit.ts';

export const groupRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/groups', run: showGroups },
  { method: 'GET', path: '/groups/new', run: (visit) => showNew(visit) },
  { method: 'POST', path: '/groups/new', run: add },
  { method: 'GET', path: '/groups/:id', run: (visit) => showGroup(visit) },
  { method: 'POST', path: '/groups/:id/add', run: addMember },
  { method: 'POST', path: '/groups/:id/take-out', run: takeOut },
  { method: 'POST', path: '/groups/:id/remove', run: remove },
];

async function showGroups(visit: Visit): Promise<Answer> {
  const { after } = visit.query;
  const [{ items, next }, rules] = await Promise.all([
    visit.admin.groups.list({ ...(after && { after }) }),
    groupsWithRule(visit),
  ]);
  return {
    page: groupsPage(visit.page, {
      groups: items.map((group) => groupRow(group, rules)),
      mayChange: may(visit, 'groups:write'),
      next,
      isFurther: Boolean(after),
      ...noticeOf(visit),
    }),
  };
}

/** Names of groups that have a rule of their own; none for who may not see rules. */
async function groupsWithRule({ admin }: Visit): Promise<ReadonlySet<string>> {
  const policy = await ifAllowed(() => admin.policy.show({}));
  return new Set(Object.keys(policy?.groups ?? {}));
}

type Group = Awaited<ReturnType<Visit['admin']['groups']['show']>>;

function groupRow({ id, name, description, createdAt }: Group, rules: ReadonlySet<string>) {
  return { id, name, createdAt, hasRule: rules.has(name), ...(description !== undefined && { description }) };
}

async function showNew({ page, form }: Visit, again: Again = { problems: {} }): Promise<Answer> {
  const description = optional(form, 'description');
  return {
    page: newGroupPage(page, {
      fields: { name: text(form, 'name'), ...(description && { description }) },
      ...again,
    }),
  };
}

type Again = Pick<GroupData, 'problems'> & ReturnType<typeof noticeOf>;

function add(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const description = optional(form, 'description');
      const { id, name } = await admin.groups.add({
        name: text(form, 'name'),
        ...(description && { description }),
      });
      return {
        to: consoleUrls.group(id),
        told: { kind: 'success', key: 'done.groupMade', values: { name } },
      };
    },
    (refused) => showNew(visit, refused),
  );
}

async function showGroup(visit: Visit, again?: Again): Promise<Answer> {
  const { admin, page, params, query } = visit;
  const id = params.id ?? '';
  const [group, members, rules] = await Promise.all([
    admin.groups.show({ group: id }),
    ifAllowed(() => admin.groups.listMembers({ group: id, ...(query.after && { after: query.after }) })),
    groupsWithRule(visit),
  ]);
  return {
    page: groupPage(page, {
      group: { ...groupRow(group, rules), revision: group.revision },
      members: members?.items.map(personRow) ?? [],
      apps: [],
      mayChange: may(visit, 'groups:write'),
      next: members?.next,
      isFurther: Boolean(query.after),
      ...(again ?? { problems: {}, ...noticeOf(visit) }),
    }),
  };
}

function addMember(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  const group = params.id ?? '';
  return attempt(
    visit,
    async () => {
      await admin.groups.addMember({ group, user: text(form, 'user') });
      return { to: consoleUrls.group(group), told: { kind: 'success', key: 'done.memberAdded' } };
    },
    (refused) => showGroup(visit, refused),
  );
}

function takeOut({ admin, params, form }: Visit): Promise<Answer> {
  const group = params.id ?? '';
  return act(consoleUrls.group(group), { kind: 'success', key: 'done.memberTakenOut' }, () =>
    admin.groups.removeMember({ group, user: text(form, 'person') }),
  );
}

async function remove(visit: Visit): Promise<Answer> {
  const { admin, params } = visit;
  const id = params.id ?? '';
  const { name } = await admin.groups.show({ group: id });
  const done = { kind: 'success', key: 'done.groupRemoved', values: { name } } as const;
  return act(consoleUrls.groups, done, () => admin.groups.remove({ group: id }));
}
