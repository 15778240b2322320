import { AppError } from '../errors.ts';
import type { Account } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';

/** Taking away a person's access, for a while or for good. */
export function suspension({ storage, administration, record, now, actor }: AdminContext) {
  const { accounts, invitations, artifacts } = storage;

  async function setStatus(account: Account, status: Account['status']): Promise<Account> {
    const changed = { ...account, status, updatedAt: now(), revision: account.revision + 1 };
    if (!(await accounts.update(changed, account.revision)))
      throw new AppError('conflict', { detail: account.id });
    return changed;
  }

  /**
   * First the account, so that nothing new begins; then what it has. Two administrators who disable each other at
   * the same moment both find nobody left afterwards, and give way.
   */
  async function shutOut(account: Account): Promise<{ account: Account; ended: number }> {
    const disabled = account.status === 'disabled' ? account : await setStatus(account, 'disabled');
    if (account.role === 'administrator' && !(await hasActiveAdministrator())) {
      await setStatus(disabled, account.status);
      throw new AppError('last_administrator', { field: 'user' });
    }
    await invitations.removeByAccount(account.id);
    return { account: disabled, ended: await artifacts.endByAccount(account.sub, now()) };
  }

  /** Active, and with a passkey to come in with: one who was only invited could not help anybody. */
  async function hasActiveAdministrator(): Promise<boolean> {
    const active = (await accounts.listByRole('administrator')).filter(({ status }) => status === 'active');
    const handles = active.flatMap(({ userHandles }) => userHandles);
    const lists = await Promise.all(handles.map((userHandle) => administration.listPasskeys({ userHandle })));
    return lists.some(({ passkeys }) => passkeys.some(({ status }) => status === 'active'));
  }

  return {
    /** Sessions, grants and tokens end at once. @throws AppError `last_administrator` */
    async disable({ user }: { user: string }): Promise<{ account: Account; ended: number }> {
      const done = await shutOut(await findPerson(accounts, user));
      const details = { ended: done.ended };
      await record({ type: 'account.disabled', actor, accountId: done.account.id, details });
      return done;
    },
    async enable({ user }: { user: string }): Promise<{ account: Account }> {
      const account = await findPerson(accounts, user);
      if (account.status === 'active') return { account };
      // Once more: what a request stored that was under way when the account was disabled.
      await artifacts.endByAccount(account.sub, now());
      const enabled = await setStatus(account, 'active');
      await record({ type: 'account.enabled', actor, accountId: account.id });
      return { account: enabled };
    },
    /** The person, their passkeys and everything that was issued to them. @throws AppError `last_administrator` */
    async remove({ user }: { user: string }): Promise<{ removed: true; ended: number }> {
      const { account, ended } = await shutOut(await findPerson(accounts, user));
      for (const userHandle of account.userHandles) await administration.removePasskeys({ userHandle });
      await accounts.remove(account.id);
      await artifacts.removeByAccount(account.sub);
      await record({ type: 'account.removed', actor, accountId: account.id, details: { ended } });
      return { removed: true, ended };
    },
  };
}
