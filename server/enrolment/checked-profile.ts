import type { Account, AccountRepository } from '../accounts/account.ts';
import { type Profile, parseProfile } from '../accounts/profile.ts';
import { AppError } from '../errors.ts';

/** An invited person corrects the name, and nothing else. */
export function mayType(fields: object, account: Account | undefined): object {
  return account ? { ...fields, userName: account.userName, email: account.email } : fields;
}

/** What was typed, if it is right and its user name is free or the person's own. */
export async function checkedProfile(
  { accounts }: { accounts: AccountRepository },
  { fields, account }: { fields: unknown; account?: Account | undefined },
): Promise<Profile> {
  const profile = parseProfile(fields);
  const holder = await accounts.findByUserNameKey(profile.userNameKey);
  if (holder && holder.id !== account?.id) throw new AppError('user_name_taken', { field: 'userName' });
  return profile;
}
