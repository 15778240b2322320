import type { Account, AccountRepository } from '../accounts/account.ts';
import type { Invitation, InvitationPurpose, InvitationRepository } from '../accounts/invitation.ts';
import { type Profile, withProfile } from '../accounts/profile.ts';
import { AppError } from '../errors.ts';
import type { Mailer } from '../mail/letter.ts';
import { tellEverywhere } from '../mail/tell.ts';
import { firstFound } from '../secret/first-found.ts';

export interface LinkDependencies {
  accounts: AccountRepository;
  invitations: InvitationRepository;
  /** Keyed hashes by which a link may be found. */
  linkIds: (token: string) => readonly string[];
  /** Ends every session and grant of an account. */
  endSessions: (account: Account) => Promise<void>;
  /** Absent where no mail is sent. */
  mail?: Mailer | undefined;
  issuer: string;
  now: () => number;
}

export interface LinkInput {
  token: string;
  /** What the page it was opened on is for. */
  purposes: readonly InvitationPurpose[];
}

export interface FoundLink {
  link: Invitation;
  /** Absent for a setup link: there is no account yet. */
  account: Account | undefined;
}

/**
 * Looks at a link and uses nothing up.
 * @throws AppError `link_invalid`: unknown, expired, of another kind, its account gone, or set-up long done
 */
export async function findLink(
  dependencies: LinkDependencies,
  { token, purposes }: LinkInput,
): Promise<FoundLink> {
  const { invitations, accounts, linkIds, now } = dependencies;
  const link = await firstFound(linkIds(token), (id) => invitations.find(id, now()));
  if (!link || !purposes.includes(link.purpose))
    throw new AppError('link_invalid', { detail: `no ${purposes[0]} link` });
  if (link.purpose === 'setup') {
    if (await hasAdministrator(dependencies))
      throw new AppError('link_invalid', { detail: 'there is an administrator' });
    return { link, account: undefined };
  }
  const account = await accounts.findById(link.accountId ?? '');
  if (account?.status !== 'active')
    throw new AppError('link_invalid', { detail: 'its account is gone or disabled' });
  // Whoever made it may have kept it, and comes in as nobody who has more than they could give.
  if (link.withoutGroups && hasMore(account))
    throw new AppError('link_invalid', { detail: 'its account has been given groups or attributes since' });
  return { link, account };
}

const hasMore = ({ groups, attributes = {} }: Account): boolean =>
  groups.length > 0 || Object.keys(attributes).length > 0;

export async function hasAdministrator({ accounts }: Pick<LinkDependencies, 'accounts'>): Promise<boolean> {
  return (await accounts.listByRole('administrator')).length > 0;
}

/**
 * Before the passkey of a recovery is registered: from now on, for an hour, the account administers nothing. Were it
 * written afterwards, a passkey whose enrolment was broken off would come in with every role. And the person is told at
 * every address, whatever becomes of it. @throws AppError `conflict`
 */
export async function prepareLink(
  dependencies: LinkDependencies,
  { account, purpose }: { account: Account; purpose: InvitationPurpose },
): Promise<Account> {
  if (purpose !== 'recovery') return account;
  const recoveredAt = dependencies.now();
  const prepared = await replace(dependencies, account, { ...account, recoveredAt });
  await tellEverywhere(dependencies, { account: prepared, kind: 'recoveryUsed' });
  return prepared;
}

/** What a link does to its account, once the passkey is registered. Returns the account as it is now. */
export async function useLink(
  dependencies: LinkDependencies,
  { account, link, profile }: { account: Account; link: Invitation; profile: Profile | undefined },
): Promise<Account> {
  // The passkeys that a recovery suspended must not live on in what they signed in to.
  if (link.purpose === 'recovery') await dependencies.endSessions(account);
  const now = dependencies.now();
  const named = profile ? withProfile(account, profile, now) : account;
  // Nobody but the mailbox has seen this link.
  const isOwnMailbox = link.mailedTo !== undefined && link.mailedTo === named.email;
  const next = isOwnMailbox ? { ...named, emailVerified: true } : named;
  if (named === account && next.emailVerified === account.emailVerified) return account;
  return replace(dependencies, account, next);
}

async function replace(
  { accounts, now }: LinkDependencies,
  before: Account,
  after: Account,
): Promise<Account> {
  const next = { ...after, updatedAt: now(), revision: before.revision + 1 };
  if (!(await accounts.update(next, before.revision))) throw new AppError('conflict', { detail: before.id });
  return next;
}
