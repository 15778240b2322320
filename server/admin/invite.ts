/** What inviting and recovering share. */
import { AppError, ConflictError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { Account, InvitationPurpose } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { createLink, type Link } from './links.ts';

/** @throws AppError `sign_up_closed` where nobody is invited */
export function requireInvitations({ signUp }: Pick<AdminContext, 'signUp'>): void {
  if (signUp === 'closed')
    throw new AppError('sign_up_closed', {
      detail: 'LATCHKEY_SIGN_UP is closed: nobody is invited. `invitation` lets you invite people.',
    });
}

interface LinkFor {
  account: Account;
  userHandle?: string | undefined;
  mailedTo?: string | undefined;
}

export function linkFor(
  context: AdminContext,
  purpose: Exclude<InvitationPurpose, 'setup'>,
  { account, userHandle = ownHandle(account), mailedTo }: LinkFor,
): Promise<Link> {
  const { storage, administration: tickets, actor, permissions } = context;
  const isKept =
    mailedTo === undefined && purpose === 'invitation' && !permissions.scopes.has('groups:write');
  return createLink(
    { ...context, invitations: storage.invitations, tickets },
    {
      ...{ purpose, account: { id: account.id, userHandle }, mailedTo, actor },
      ...(isKept && { withoutGroups: true as const }),
    },
  );
}

/** A link either goes by mail and is shown to nobody, or is handed over. */
export type Given = { sent: true } | { link: Link };

/**
 * Makes a link and mails it where somebody is to get it by mail.
 * @param to the address; absent to hand the link over
 */
export async function giveLink(
  context: AdminContext,
  purpose: 'invitation' | 'recovery',
  { to, ...whose }: Omit<LinkFor, 'mailedTo'> & { to: string | undefined },
): Promise<Given> {
  const { account } = whose;
  const link = await linkFor(context, purpose, { ...whose, mailedTo: to });
  if (to === undefined || !context.mail) return { link };
  const { id, name, userName, locale } = account;
  const kind = purpose === 'recovery' ? 'recoveryLink' : 'invitation';
  await context.mail.post({ kind, to, accountId: id, name, userName, locale, link });
  await context.record({
    type: 'link.mailed',
    actor: context.actor,
    accountId: id,
    details: { purpose },
  });
  return { sent: true };
}

/** Where an invitation is mailed to. */
export const mailboxOf = ({ mail }: Pick<AdminContext, 'mail'>, { email }: Pick<Account, 'email'>) =>
  mail ? email : undefined;

/** Invites again who never came in: links before are void. */
export async function inviteAgain(context: AdminContext, account: Account, send: boolean): Promise<Given> {
  requireInvitations(context);
  await context.storage.invitations.removeByAccount(account.id);
  context.note({ accountId: account.id, details: { purpose: 'invitation' } });
  return giveLink(context, 'invitation', { account, to: send ? mailboxOf(context, account) : undefined });
}

/** Whoever has signed in once is no newcomer, though all their passkeys may be gone. */
export async function hasComeIn(context: AdminContext, account: Account): Promise<boolean> {
  return account.lastSignInAt !== undefined || (await passkeysOf(context, account)).length > 0;
}

export async function passkeysOf(
  { administration }: Pick<AdminContext, 'administration'>,
  { userHandles }: Pick<Account, 'userHandles'>,
): Promise<PasskeyFacts[]> {
  const lists = await Promise.all(
    userHandles.map((userHandle) => administration.listPasskeys({ userHandle })),
  );
  return lists.flatMap(({ passkeys }) => passkeys);
}

function ownHandle({ id, userHandles: [userHandle] }: Account): string {
  if (userHandle === undefined) throw new AppError('conflict', { detail: `${id} has no user handle` });
  return userHandle;
}

export function userNameTaken(error: unknown): never {
  if (error instanceof ConflictError && error.field === 'userNameKey')
    throw new AppError('user_name_taken', {
      field: 'userName',
      problems: [{ field: 'userName', message: 'is taken by somebody else' }],
      cause: error,
    });
  throw error;
}
