import type { Interaction, Provider } from 'oidc-provider';
import type { Account, AccountRepository } from '../accounts/account.ts';
import { AppError } from '../errors.ts';
import { findSession } from '../oidc/start-session.ts';
import type { InteractionRequest } from './interaction.ts';

/**
 * Who is asked: the person that the interaction began with, still signed in here.
 * @throws AppError `interaction_expired`
 */
export async function personOf(
  { provider, accounts }: { provider: Provider; accounts: Pick<AccountRepository, 'findBySub'> },
  request: Pick<InteractionRequest, 'req' | 'res'>,
  { session }: Interaction,
): Promise<Account> {
  const signedIn = await findSession(provider, request);
  const account =
    signedIn && signedIn.uid === session?.uid ? await accounts.findBySub(signedIn.sub) : undefined;
  if (account?.status !== 'active')
    throw new AppError('interaction_expired', { detail: 'the person is not signed in here any more' });
  return account;
}
