import { parseUserName } from '../accounts/user-name.ts';
import { AppError } from '../errors.ts';
import { groupNameKey } from '../groups/create-group.ts';
import type { Account, AccountRepository, Group, GroupRepository } from '../storage.ts';

/** By user name, or by id. @throws AppError `not_found` */
export async function findPerson(accounts: AccountRepository, user: string): Promise<Account> {
  const account = (await accounts.findByUserNameKey(keyOf(user))) ?? (await accounts.findById(user));
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

/** By name, without regard to case, or by id. @throws AppError `not_found` */
export async function findGroup(groups: GroupRepository, group: string): Promise<Group> {
  const found = (await groups.findByNameKey(groupNameKey(group))) ?? (await groups.findById(group));
  if (!found) throw new AppError('not_found', { field: 'group', detail: `there is no group "${group}"` });
  return found;
}
