import type { AccountRepository } from '../accounts/account.ts';
import type { PasskeyFacts, PasskeyManager } from '../passkeys/manager.ts';
import type { PasskeyNews } from './passkey-news.ts';

/** What a sign-in rests on. */
export interface Basis {
  sub: string;
  passkeyId: string;
  /** Of the account, when the passkey was verified. Without it, any change since then is let pass. */
  revision?: number | undefined;
}

/** Neither suspended nor of a model that is blocked. */
export const maySignIn = ({ status, modelAction }: Pick<PasskeyFacts, 'status' | 'modelAction'>): boolean =>
  status === 'active' && modelAction !== 'block';

/**
 * Whether account and passkey are still what they were when the passkey was verified. Asked once the session is
 * stored: whoever takes access away changes the account or the passkey first and ends what is stored afterwards, so
 * either they find the session, or it is seen here that they came first.
 */
export async function isStanding(
  {
    accounts,
    manager,
    news,
  }: {
    accounts: Pick<AccountRepository, 'findBySub'>;
    manager: Pick<PasskeyManager, 'listPasskeys'>;
    news: Pick<PasskeyNews, 'isQuiet'>;
  },
  { sub, passkeyId, revision }: Basis,
): Promise<boolean> {
  const account = await accounts.findBySub(sub);
  if (account?.status !== 'active') return false;
  // Disabled and enabled meanwhile is active, and yet not what it was.
  if (revision !== undefined && account.revision !== revision) return false;
  // Whatever ends in another process, and is not heard of yet, ends this session when it is: within two seconds.
  if (account.userHandles.every(news.isQuiet)) return true;
  const lists = await Promise.all(
    account.userHandles.map((userHandle) => manager.listPasskeys({ userHandle })),
  );
  return lists.some(({ passkeys }) =>
    passkeys.some((passkey) => passkey.id === passkeyId && maySignIn(passkey)),
  );
}
