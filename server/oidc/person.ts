import type { Account } from '../accounts/account.ts';

/** What requests are decided by of the person who is signed in; `findAccount` puts it beside oidc-provider's own. */
export type Person = Pick<Account, 'groups' | 'userHandles' | 'role'> &
  Partial<Pick<Account, 'id' | 'administers'>>;

export function personOf(account: object | undefined): Person {
  return { groups: [], userHandles: [], role: 'person', ...account };
}
