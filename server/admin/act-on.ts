/** Whom and what a change is about, once it is known that the caller may. */
import { AppError, ConflictError } from '../errors.ts';
import type { Account, App } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { findApp, findPerson } from './find.ts';
import { requireMayActOn, requireMayGrant } from './permission.ts';

type Caller = Pick<AdminContext, 'storage' | 'permissions'>;

/** @throws AppError `not_found`, `forbidden` */
export async function personToActOn({ storage, permissions }: Caller, user: string): Promise<Account> {
  const account = await findPerson(storage.accounts, user);
  requireMayActOn(permissions, account);
  return account;
}

/** @throws AppError `not_found`, and `forbidden` where the app may do what the caller may not */
export async function appToActOn({ storage, permissions }: Caller, id: string): Promise<App> {
  const app = await findApp(storage, id);
  requireMayGrant(permissions, app);
  return app;
}

/** Of a record whose name must be its own. @throws AppError `field_invalid` */
export const refuseTaken =
  (field: string, by: string) =>
  (error: unknown): never => {
    if (!(error instanceof ConflictError)) throw error;
    const message = `is taken by ${by}`;
    const problems = [{ field, message }];
    throw new AppError('field_invalid', { field, detail: `${field} ${message}`, problems, cause: error });
  };
