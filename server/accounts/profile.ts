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

const day = 24 * 60 * 60 * 1000;
/** A verified address hears of recoveries for so long after it was changed: whoever changed it may be a stranger. */
const heardFor = 30 * day;
/** The earliest ones: who changes an address again and again does not push out the person's own. */
const mostFormer = 20;

/** The account with this profile. An address that changed has to be verified again. */
export function withProfile(account: Account, profile: Profile, now: number): Account {
  const { email, emailKey: _emailKey, formerEmails: _former, ...kept } = account;
  // To the letter: addresses that fold to one key may be two mailboxes.
  const emailVerified = account.emailVerified && profile.email === email;
  const formerEmails = formerEmailsOf(account, profile, now);
  return {
    ...kept,
    ...profile,
    ...(formerEmails.length > 0 && { formerEmails }),
    emailVerified,
    updatedAt: now,
    revision: account.revision + 1,
  };
}

function formerEmailsOf(account: Account, { email: next }: Profile, now: number) {
  const { email, emailVerified, formerEmails = [] } = account;
  const known = formerEmails.filter(({ until }) => until > now);
  const isLeft = email !== undefined && emailVerified && email !== next;
  const all = isLeft ? [...known, { email, until: now + heardFor }] : known;
  return all.slice(0, mostFormer);
}
