import { parseUserName } from '../accounts/user-name.ts';
import { AppError } from '../errors.ts';
import { groupNameKey } from '../groups/create-group.ts';
import type { Account, AccountRepository, Group, GroupRepository } from '../storage.ts';

/** By id, or by user name: a name that looks like somebody's id must not stand in its way. @throws AppError `not_found` */
export async function findPerson(accounts: AccountRepository, user: string): Promise<Account> {
  const account = (await accounts.findById(user)) ?? (await accounts.findByUserNameKey(keyOf(user)));
  if (!account) throw new AppError('not_found', { field: 'user', detail: `there is no person "${user}"` });
  return account;
}

/** What is no possible user name has no key: then it can only be an id. */
function keyOf(user: string): string {
  try {
    return parseUserName(user).userNameKey;
  } catch {
    return '';
  }
}

/** By id, or by name without regard to case. @throws AppError `not_found` */
export async function findGroup(groups: GroupRepository, group: string): Promise<Group> {
  const found = (await groups.findById(group)) ?? (await groups.findByNameKey(groupNameKey(group)));
  if (!found) throw new AppError('not_found', { field: 'group', detail: `there is no group "${group}"` });
  return found;
}
