import { randomBytes, randomUUID } from 'node:crypto';
import type { Account, AccountRepository, Role } from '../accounts/account.ts';
import type { Profile } from '../accounts/profile.ts';
import { AppError, ConflictError, type ErrorCode } from '../errors.ts';

/** What an occupied unique field means to the person. */
const meaning: Readonly<Record<string, ErrorCode>> = {
  userNameKey: 'user_name_taken',
  founder: 'link_invalid',
};

/**
 * Makes the account of a person who has just registered a passkey. The first administrator is the founder: the
 * storage takes one of them, so of several setup links that are answered at once only one makes an account.
 */
export async function addAccount(
  { accounts, now }: { accounts: AccountRepository; now: () => number },
  { profile, userHandle, role }: { profile: Profile | undefined; userHandle: string; role: Role },
): Promise<Account> {
  if (!profile) throw new AppError('challenge_expired', { detail: 'what was typed is missing' });
  const account = newAccount({ profile, userHandle, role, now: now() });
  try {
    await accounts.insert(role === 'administrator' ? { ...account, founder: true } : account);
  } catch (cause) {
    const code = cause instanceof ConflictError ? meaning[cause.field] : undefined;
    if (!code) throw cause;
    throw new AppError(code, { cause, ...(code === 'user_name_taken' ? { field: 'userName' } : undefined) });
  }
  return account;
}

/** A record in its first revision. `sub` is random and stays. */
export function newAccount(input: {
  profile: Profile;
  userHandle: string;
  role: Role;
  now: number;
}): Account {
  const { profile, userHandle, role, now } = input;
  return {
    ...profile,
    id: randomUUID(),
    sub: randomBytes(16).toString('base64url'),
    role,
    status: 'active',
    emailVerified: false,
    userHandles: [userHandle],
    groups: [],
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}
