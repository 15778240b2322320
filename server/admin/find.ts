import { parseUserName } from '../accounts/user-name.ts';
import { AppError } from '../errors.ts';
import { groupNameKey } from '../groups/create-group.ts';
import type {
  Account,
  AccountRepository,
  Api,
  ApiRepository,
  App,
  AppRepository,
  Group,
  GroupRepository,
} from '../storage.ts';

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

/** @throws AppError `not_found` */
export async function findApp({ apps }: { apps: AppRepository }, id: string): Promise<App> {
  const app = await apps.findById(id);
  if (!app) throw new AppError('not_found', { field: 'app', detail: `there is no app "${id}"` });
  return app;
}

/** By id, or by audience. @throws AppError `not_found` */
export async function findApi({ apis }: { apis: ApiRepository }, ref: string): Promise<Api> {
  const api = (await apis.findById(ref)) ?? (await apis.list()).find(({ audience }) => audience === ref);
  if (!api) throw new AppError('not_found', { field: 'api', detail: `there is no API "${ref}"` });
  return api;
}
