import { AppError } from '../errors.ts';
import type { Account } from '../storage.ts';
import type { AdminContext } from './administration.ts';

type Context = Pick<AdminContext, 'storage' | 'now'>;

/** Compare-and-set; a second look where the account was changed meanwhile. Tells whether anything changed. */
export async function changeMembership(
  { storage: { accounts }, now }: Context,
  id: string,
  groupsAfter: (current: readonly string[]) => string[],
): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const account = await accounts.findById(id);
    if (!account) return false;
    const next = groupsAfter(account.groups);
    if (next.length === account.groups.length) return false;
    if (await accounts.update(withGroups(account, next, now()), account.revision)) return true;
  }
  throw new AppError('conflict', { detail: id });
}

/** Takes a group off everybody who is in it, and counts them. */
export async function removeAllMembers(context: Context, groupId: string): Promise<number> {
  let members = 0;
  for (;;) {
    const { items } = await context.storage.accounts.listByGroup(groupId, { limit: 100 });
    if (items.length === 0) return members;
    const without = (current: readonly string[]) => current.filter((one) => one !== groupId);
    for (const { id } of items) if (await changeMembership(context, id, without)) members += 1;
  }
}

function withGroups(account: Account, groups: string[], now: number): Account {
  return { ...account, groups, updatedAt: now, revision: account.revision + 1 };
}
