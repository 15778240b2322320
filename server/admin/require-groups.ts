import { AppError } from '../errors.ts';
import type { App } from '../storage.ts';
import type { AdminContext } from './administration.ts';

/**
 * Whom an app is for are groups that are there: a slip would let nobody in. Those that it had already may have been
 * removed since. @throws AppError `not_found`
 */
export async function requireGroups(
  { storage }: AdminContext,
  { allowedGroups = [] }: Pick<App, 'allowedGroups'>,
  before: Pick<App, 'allowedGroups'> = {},
): Promise<void> {
  const added = allowedGroups.filter((id) => !before.allowedGroups?.includes(id));
  if (added.length === 0) return;
  const known = await storage.groups.findMany(added);
  const missing = added.find((id) => !known.some((group) => group.id === id));
  if (missing !== undefined)
    throw new AppError('not_found', { field: 'allowedGroups', detail: `there is no group "${missing}"` });
}
