import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Account } from './account.ts';
import { parseEmail, parseName, parseUserName } from './user-name.ts';

/** What a person says of themselves, checked. */
export type Profile = Pick<Account, 'name' | 'userName' | 'userNameKey' | 'email' | 'emailKey'>;

const typed = z.object({
  name: z.string().max(1000),
  userName: z.string().max(1000),
  email: z.string().max(1000).optional(),
});

/** @throws AppError `field_invalid` naming the field */
export function parseProfile(fields: unknown): Profile {
  const { success, data, error } = typed.safeParse(fields);
  if (!success)
    throw new AppError('field_invalid', { field: String(error.issues[0]?.path[0] ?? 'name'), cause: error });
  const email = data.email?.trim() ? parseEmail(data.email) : undefined;
  return { name: parseName(data.name), ...parseUserName(data.userName), ...email };
}

/** The account with this profile. An address that changed has to be verified again. */
export function withProfile(account: Account, profile: Profile, now: number): Account {
  const { email, emailKey: _emailKey, ...kept } = account;
  // To the letter: addresses that fold to one key may be two mailboxes.
  const emailVerified = account.emailVerified && profile.email === email;
  return { ...kept, ...profile, emailVerified, updatedAt: now, revision: account.revision + 1 };
}
