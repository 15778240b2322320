import { AppError, ConflictError } from '../errors.ts';
import { type NewGroup, newGroup } from '../groups/create-group.ts';
import type { Account, Group, Page } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { findGroup, findPerson } from './find.ts';

export type GroupOperations = ReturnType<typeof groupOperations>;

export function groupOperations({ storage, record, now, actor }: AdminContext) {
  const { groups, accounts } = storage;

  /** Compare-and-set; a second look where the account was changed meanwhile. */
  async function change(
    id: string,
    membersGroups: (current: readonly string[]) => string[],
  ): Promise<boolean> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const account = await accounts.findById(id);
      if (!account) return false;
      const next = membersGroups(account.groups);
      if (next.length === account.groups.length) return false;
      if (await accounts.update(withGroups(account, next, now()), account.revision)) return true;
    }
    throw new AppError('conflict', { detail: id });
  }

  return {
    /** @throws AppError `field_invalid` */
    async add(input: NewGroup): Promise<Group> {
      const group = newGroup(input, now());
      await groups.insert(group).catch(nameTaken);
      await record({ type: 'group.added', actor, details: { group: group.id } });
      return group;
    },
    list: (query: { after?: string; limit: number }): Promise<Page<Group>> => groups.list(query),
    /** Apps stop seeing it at once; then it is taken off its members. */
    async remove({ group: name }: { group: string }): Promise<{ removed: true; members: number }> {
      const group = await findGroup(groups, name);
      await groups.remove(group.id);
      let members = 0;
      for (;;) {
        const { items } = await accounts.listByGroup(group.id, { limit: 100 });
        if (items.length === 0) break;
        for (const { id } of items)
          if (await change(id, (current) => current.filter((one) => one !== group.id))) members += 1;
      }
      await record({ type: 'group.removed', actor, details: { group: group.id, members } });
      return { removed: true, members };
    },
    async listMembers(input: { group: string; after?: string; limit: number }): Promise<Page<Account>> {
      const { group, ...query } = input;
      return accounts.listByGroup((await findGroup(groups, group)).id, query);
    },
    addMember: (input: { group: string; user: string }) => setMember({ ...input, member: true }),
    removeMember: (input: { group: string; user: string }) => setMember({ ...input, member: false }),
  };

  /** Tells whether anything was different before. */
  async function setMember(input: {
    group: string;
    user: string;
    member: boolean;
  }): Promise<{ changed: boolean }> {
    const group = await findGroup(groups, input.group);
    const account = await findPerson(accounts, input.user);
    const changed = await change(account.id, (current) => {
      const others = current.filter((id) => id !== group.id);
      return input.member ? [...others, group.id] : others;
    });
    const details = { group: group.id, member: input.member };
    if (changed) await record({ type: 'group.changed', actor, accountId: account.id, details });
    return { changed };
  }
}

function withGroups(account: Account, groups: string[], now: number): Account {
  return { ...account, groups, updatedAt: now, revision: account.revision + 1 };
}

function nameTaken(error: unknown): never {
  if (error instanceof ConflictError)
    throw new AppError('field_invalid', {
      field: 'name',
      detail: 'name is taken by another group',
      cause: error,
    });
  throw error;
}
