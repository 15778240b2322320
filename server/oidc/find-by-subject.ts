import type { Account, AccountRepository } from '../accounts/account.ts';
import type { App } from '../apps/app.ts';
import { type SubjectOf, sectorOf } from '../apps/sector.ts';
import type { SignInRepository } from '../sign-ins/sign-in.ts';

interface Dependencies {
  accounts: Pick<AccountRepository, 'findById' | 'findBySub'>;
  signIns: Pick<SignInRepository, 'list'>;
  subjectOf: SubjectOf;
  findApp: (id: string) => Promise<App | undefined>;
}

/** What something that we signed for an app says of whom it is about. */
export interface SaidOf {
  sub: string;
  /** Milliseconds, of a whole second. */
  signedInAt?: number;
}

export type FindBySubject = (appId: string, said: SaidOf) => Promise<Account | undefined>;

const pageSize = 200;

/**
 * The account behind the `sub` that an app was told. A pairwise one leads back to nobody, which is what it is for: it is
 * compared with those of everybody who signed in in that second, as long as their sign-ins are kept.
 */
export function createSubjectFinder({ accounts, signIns, subjectOf, findApp }: Dependencies): FindBySubject {
  return async (appId, { sub, signedInAt }) => {
    const app = await findApp(appId);
    if (!app || sectorOf(app) === undefined) return accounts.findBySub(sub);
    if (signedInAt === undefined) return undefined;
    const tried = new Set<string>();
    for (let after: string | undefined; ; ) {
      const query = { since: signedInAt, limit: pageSize, ...(after !== undefined && { after }) };
      const { items, next } = await signIns.list(query);
      const those = items.filter(({ at, accountId }) => at < signedInAt + 1000 && !tried.has(accountId));
      for (const { accountId } of those) {
        tried.add(accountId);
        const account = await accounts.findById(accountId);
        if (account && subjectOf(app, account.sub) === sub) return account;
      }
      if (next === undefined || items.some(({ at }) => at >= signedInAt + 1000)) return undefined;
      after = next;
    }
  };
}
