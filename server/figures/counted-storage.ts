import type { Account, AccountRepository } from '../accounts/account.ts';
import type { Storage } from '../storage.ts';
import type { Counter } from './counter.ts';
import type { Figure } from './figure.ts';
import { totals } from './figure-ids.ts';
import { difference } from './held-passkeys.ts';

/** The same storage, whose people, groups and apps are counted as they come and go. */
export function countedStorage(storage: Storage, { count }: Pick<Counter, 'count'>): Storage {
  return {
    ...storage,
    accounts: countedAccounts(storage, count),
    apps: counted(storage.apps, (value) => count({ id: totals.apps, value })),
    groups: counted(storage.groups, (value) => count({ id: totals.groups, value })),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

interface Coming<T> {
  insert(record: T): Promise<void>;
  remove(id: string): Promise<boolean>;
}

function counted<T, R extends Coming<T>>(repository: R & Coming<T>, add: (value: 1 | -1) => void): R {
  return {
    ...repository,
    async insert(record: T) {
      await repository.insert(record);
      add(1);
    },
    async remove(id: string) {
      const removed = await repository.remove(id);
      if (removed) add(-1);
      return removed;
    },
  };
}

/**
 * The compare-and-set tells that the account was still what was read before it. Between reading and removing it may
 * change: then `recount` mends it.
 */
function countedAccounts(
  { accounts, passkeyHolders }: Pick<Storage, 'accounts' | 'passkeyHolders'>,
  count: Counter['count'],
): AccountRepository {
  return {
    ...accounts,
    async insert(account) {
      await accounts.insert(account);
      count(oneOf(account, 1));
    },
    async update(account, expectedRevision) {
      const before = await accounts.findById(account.id);
      const updated = await accounts.update(account, expectedRevision);
      if (updated && before && before.status !== account.status) count(oneOf(before, -1), oneOf(account, 1));
      return updated;
    },
    async remove(id) {
      const before = await accounts.findById(id);
      const removed = await accounts.remove(id);
      if (!removed) return false;
      if (before) count(oneOf(before, -1));
      const holder = await passkeyHolders.take(id);
      if (holder) count(...difference(holder.passkeys, []));
      return true;
    },
  };
}

export const oneOf = ({ status }: Pick<Account, 'status'>, value: number): Figure => ({
  id: totals[status],
  value,
});
