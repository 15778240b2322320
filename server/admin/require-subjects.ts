import { sectorOf } from '../apps/sector.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { App } from '../storage.ts';
import { refuseTaken } from './act-on.ts';
import type { AdminContext } from './administration.ts';

type Context = Pick<AdminContext, 'storage'>;

interface Change {
  before: App;
  after: App;
  /** That everybody is somebody else to the app afterwards. */
  meant: boolean;
}

/**
 * Ends all that an app has of people while it knows them by the `sub`s that it is told of it by, for what comes after.
 * Ended first: a crash in between leaves an app that people sign in to again, and not one that has what says who they
 * were. What could stand in the way of the change is looked at before anything ends.
 * @throws AppError `conflict`, and `field_invalid` for an address that is another app's
 */
export async function endFormerSubjects(
  { storage, appGrants }: Pick<AdminContext, 'storage' | 'appGrants'>,
  { before, after, revision = before.revision }: Omit<Change, 'meant'> & { revision?: number | undefined },
): Promise<number> {
  if (revision !== before.revision) throw new AppError('conflict', { detail: before.id });
  for (const origin of after.forwardAuth?.origins ?? []) {
    const { id = after.id } = (await storage.apps.findByOrigin(origin)) ?? {};
    if (id !== after.id)
      refuseTaken('forwardAuth.origins', 'another app')(new ConflictError('proxiedOrigins'));
  }
  return appGrants.endByApp(before.id);
}

/**
 * Whether people who used the app are told it by other `sub`s afterwards: then it is for somebody who means it.
 * @throws AppError `field_invalid` with the field `newSubjects`
 */
export async function changesSubjects(context: Context, { before, after, meant }: Change): Promise<boolean> {
  const sector = sectorOf(after);
  if (sectorOf(before) === sector || !(await isUsed(context, before.id))) return false;
  if (meant) return true;
  const becomes = sector === undefined ? 'the same as at every app' : `one of the sector ${sector} alone`;
  const message = `must be true: the sub of everybody at ${before.id} would be another one (${becomes}), so to the app they would be people it has never seen`;
  throw new AppError('field_invalid', {
    field: 'newSubjects',
    detail: `newSubjects ${message}`,
    problems: [{ field: 'newSubjects', message }],
  });
}

/** What it has of people runs out; that they were there is written down for longer. */
async function isUsed({ storage }: Context, id: string): Promise<boolean> {
  const { signIns, artifacts, auditEvents } = storage;
  const [signedIn, grants, events] = await Promise.all([
    signIns.listByApp(id, { limit: 1 }),
    artifacts.listByApp(id, { model: 'Grant', limit: 1 }),
    auditEvents.listByApp(id, { limit: 100 }),
  ]);
  const isKnown = events.some(({ accountId }) => accountId !== undefined);
  return isKnown || signedIn.items.length + grants.items.length > 0;
}
