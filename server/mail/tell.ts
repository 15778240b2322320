import type { Account } from '../accounts/account.ts';
import type { Letter, Mailer } from './letter.ts';

type Told = Pick<Account, 'id' | 'name' | 'userName' | 'email' | 'formerEmails' | 'locale'>;
type News = 'recoveryBegun' | 'recoveryUsed';

interface TellDependencies {
  /** Absent where no mail is sent. */
  mail?: Mailer | undefined;
  issuer: string;
  now: () => number;
}

/**
 * Tells a person at every address that they have, or had verified lately: what was done in their name must not be
 * hidden by changing an address first.
 * @param except where a letter that says as much goes anyway
 */
export async function tellEverywhere(
  { mail, issuer, now }: TellDependencies,
  { account, kind, except }: { account: Told; kind: News; except?: string | undefined },
): Promise<void> {
  const former = (account.formerEmails ?? []).filter(({ until }) => until > now()).map(({ email }) => email);
  const addresses = new Set([...(account.email === undefined ? [] : [account.email]), ...former]);
  if (except !== undefined) addresses.delete(except);
  for (const to of addresses) await mail?.post(newsTo(account, { to, kind, issuer }));
}

/** A verified address that was left hears of it: nobody takes it away unseen. */
export async function tellOfNewAddress(
  { mail, issuer }: Pick<TellDependencies, 'mail' | 'issuer'>,
  { before, after }: { before: Told & Pick<Account, 'emailVerified'>; after: Told },
): Promise<void> {
  const { email: to, emailVerified } = before;
  if (to === undefined || !emailVerified || to === after.email) return;
  await mail?.post(newsTo(after, { to, kind: 'addressChanged', issuer }));
}

function newsTo(
  { id, name, userName, locale }: Told,
  { to, kind, issuer }: { to: string; kind: News | 'addressChanged'; issuer: string },
): Letter {
  return { kind, to, accountId: id, name, userName, locale, accountUrl: `${issuer}/account` };
}
