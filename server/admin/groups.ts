import { z } from 'zod';
import { AppError } from '../errors.ts';
import { changedGroup, groupFields, newGroup } from '../groups/create-group.ts';
import { personToActOn, refuseTaken } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { findGroup } from './find.ts';
import { changeMembership, removeAllMembers } from './group-members.ts';
import { expectedRevision, groupRef, operation, pageOf, pageQuery, personRef } from './operation.ts';
import { accountShape, groupShape } from './shapes.ts';

const changed = z.object({ changed: z.boolean() });
const membership = z.strictObject({ group: groupRef, user: personRef });

export const groupOperations = {
  list: operation({
    scope: 'groups:read',
    summary: 'List groups in order of name, or find them by the beginnings of words of the name',
    http: 'GET /groups',
    input: z.strictObject({ text: z.string().trim().max(200).exactOptional(), ...pageQuery }),
    output: pageOf(groupShape),
    run: ({ storage: { groups } }, { text, ...query }) =>
      text ? groups.search({ ...query, text }) : groups.list(query),
  }),
  show: operation({
    scope: 'groups:read',
    summary: 'Show a group',
    http: 'GET /groups/{group}',
    input: z.strictObject({ group: groupRef }),
    output: groupShape,
    errors: ['not_found'],
    run: ({ storage }, { group }) => findGroup(storage.groups, group),
  }),
  add: operation({
    scope: 'groups:write',
    summary: 'Make a group',
    http: 'POST /groups',
    input: z.strictObject(groupFields),
    output: groupShape,
    changes: 'group.added',
    async run({ storage, now, note }, input) {
      const group = newGroup(input, now());
      await storage.groups.insert(group).catch(refuseTaken('name', 'another group'));
      note({ details: { group: group.id } });
      return group;
    },
  }),
  update: operation({
    scope: 'groups:write',
    summary: 'Change the name or the description of a group',
    description: 'Apps that match on the name in the `groups` claim see the new one.',
    http: 'PATCH /groups/{group}',
    input: z.strictObject({
      group: groupRef,
      name: groupFields.name.optional(),
      description: groupFields.description.unwrap().nullable().optional(),
      revision: expectedRevision,
    }),
    output: groupShape,
    errors: ['not_found', 'conflict'],
    changes: 'group.changed',
    async run({ storage, now, note }, { group: name, revision, ...fields }) {
      const group = await findGroup(storage.groups, name);
      const next = changedGroup(group, fields, now());
      note({ details: { group: group.id }, before: group, after: next });
      if (
        !(await storage.groups
          .update(next, revision ?? group.revision)
          .catch(refuseTaken('name', 'another group')))
      )
        throw new AppError('conflict', { detail: `the group ${group.name} was changed meanwhile` });
      return next;
    },
  }),
  remove: operation({
    scope: 'groups:write',
    summary: 'Remove a group',
    description: 'Apps stop seeing it at once; then it is taken off its members.',
    http: 'DELETE /groups/{group}',
    input: z.strictObject({ group: groupRef }),
    output: z.object({ removed: z.literal(true), members: z.int() }),
    errors: ['not_found'],
    changes: 'group.removed',
    async run(context, { group: name }) {
      const group = await findGroup(context.storage.groups, name);
      await context.storage.groups.remove(group.id);
      const members = await removeAllMembers(context, group.id);
      context.note({ details: { group: group.id, members } });
      return { removed: true as const, members };
    },
  }),
  listMembers: operation({
    scope: 'people:read',
    summary: 'List the people of a group in order of user name',
    http: 'GET /groups/{group}/members',
    input: z.strictObject({ group: groupRef, ...pageQuery }),
    output: pageOf(accountShape),
    errors: ['not_found'],
    async run({ storage }, { group, ...query }) {
      return storage.accounts.listByGroup((await findGroup(storage.groups, group)).id, query);
    },
  }),
  addMember: operation({
    scope: 'groups:write',
    summary: 'Put a person into a group',
    http: 'PUT /groups/{group}/members/{user}',
    input: membership,
    output: changed,
    errors: ['not_found'],
    changes: 'group.changed',
    run: (context, input) => setMember(context, { ...input, member: true }),
  }),
  removeMember: operation({
    scope: 'groups:write',
    summary: 'Take a person out of a group',
    http: 'DELETE /groups/{group}/members/{user}',
    input: membership,
    output: changed,
    errors: ['not_found'],
    changes: 'group.changed',
    run: (context, input) => setMember(context, { ...input, member: false }),
  }),
};

/** Tells whether anything was different before. */
async function setMember(
  context: AdminContext,
  input: { group: string; user: string; member: boolean },
): Promise<{ changed: boolean }> {
  const { storage, note } = context;
  const group = await findGroup(storage.groups, input.group);
  const account = await personToActOn(context, input.user);
  note({ details: { group: group.id, member: input.member } });
  const changed = await changeMembership(context, account.id, (current) => {
    const others = current.filter((id) => id !== group.id);
    return input.member ? [...others, group.id] : others;
  });
  return { changed };
}
