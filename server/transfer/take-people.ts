import type { Account, AccountRepository } from '../accounts/account.ts';
import { ConflictError } from '../errors.ts';
import type { CarriedPerson } from './content.ts';
import { takePasskeys } from './take-passkeys.ts';
import type { Taking } from './taking.ts';

/** An account is taken before its passkeys: what breaks off in between leaves a person who is asked to come again. */
export async function takePeople(taking: Taking, people: readonly CarriedPerson[]): Promise<void> {
  const here = await Promise.all(
    people.map(async (person) => ((await takeAccount(taking, person)) ? [person] : [])),
  );
  await takePasskeys(taking, here.flat());
}

const meanings: Record<string, string> = {
  id: 'has the id of an account that is here',
  sub: 'has the subject identifier of another account that is here',
  userNameKey: 'has the user name of another person who is here',
  userHandles: 'has the user handle of another person who is here',
};

/** @returns whether the account is here now, so that its passkeys are wanted */
async function takeAccount(taking: Taking, { account: carried }: CarriedPerson): Promise<boolean> {
  const { storage, report, store } = taking;
  const account = accountOf(taking, carried);
  const found = await look(storage.accounts, account);
  if (found === 'present') {
    report.count('person', 'present');
    return true;
  }
  const field = found ?? (store ? await insert(storage.accounts, account) : undefined);
  if (field !== undefined) {
    report.conflict({
      kind: 'person',
      item: carried.userName,
      reason: `${field}_taken`,
      text: meanings[field] ?? `stands in the way of another record: ${field}`,
    });
    return false;
  }
  report.count('person', 'added');
  if (account.role !== 'person')
    report.note({
      kind: 'person',
      item: carried.userName,
      reason: 'role',
      text: `has the role ${account.role} here`,
    });
  return true;
}

/** Groups and apps as they are here: of an app of the same name that is another one, nobody becomes the administrator. */
function accountOf({ groupIds, appIds }: Taking, account: Account): Account {
  const { groups, administers, ...kept } = account;
  const administered = administers?.filter((id) => appIds.has(id)) ?? [];
  return {
    ...kept,
    groups: [...new Set(groups.flatMap((id) => groupIds.get(id) ?? []))],
    ...(administered.length > 0 && { administers: administered }),
    revision: 1,
  };
}

/** Which unique field another account has; `present` where it is this one. */
async function look(accounts: AccountRepository, account: Account): Promise<string | undefined> {
  const { id, sub, userNameKey, userHandles } = account;
  const sameId = await accounts.findById(id);
  if (sameId) return sameId.sub === sub ? 'present' : 'id';
  if (await accounts.findBySub(sub)) return 'sub';
  if (await accounts.findByUserNameKey(userNameKey)) return 'userNameKey';
  for (const handle of userHandles) if (await accounts.findByUserHandle(handle)) return 'userHandles';
  return undefined;
}

/** An installation has one founder. Who was it elsewhere comes as an administrator like any other. */
async function insert(accounts: AccountRepository, account: Account): Promise<string | undefined> {
  try {
    await accounts.insert(account);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    if (error.field !== 'founder') return error.field;
    const { founder: _, ...other } = account;
    return insert(accounts, other);
  }
}
