import type { Account, AccountRepository } from '../accounts/account.ts';
import type { Invitation, InvitationPurpose, InvitationRepository } from '../accounts/invitation.ts';
import { type Profile, withProfile } from '../accounts/profile.ts';
import { AppError } from '../errors.ts';

export interface LinkDependencies {
  accounts: AccountRepository;
  invitations: InvitationRepository;
  /** Keyed hash by which a link is found. */
  linkId: (token: string) => string;
  /** Ends every session and grant of an account. */
  endSessions: (account: Account) => Promise<void>;
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
  const { invitations, accounts, linkId, now } = dependencies;
  const link = await invitations.find(linkId(token), now());
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
  return { link, account };
}

export async function hasAdministrator({ accounts }: Pick<LinkDependencies, 'accounts'>): Promise<boolean> {
  return (await accounts.listByRole('administrator')).length > 0;
}

/** What a link does to its account, once the passkey is registered. Returns the account as it is now. */
export async function useLink(
  { accounts, endSessions, now }: LinkDependencies,
  {
    account,
    purpose,
    profile,
  }: { account: Account; purpose: InvitationPurpose; profile: Profile | undefined },
): Promise<Account> {
  // The passkeys that a recovery suspended must not live on in what they signed in to.
  if (purpose === 'recovery') await endSessions(account);
  if (!profile) return account;
  const updated = withProfile(account, profile, now());
  if (!(await accounts.update(updated, account.revision)))
    throw new AppError('conflict', { detail: account.id });
  return updated;
}
