import { sectorOf } from '../apps/sector.ts';
import { AppError } from '../errors.ts';
import type { App } from '../storage.ts';
import type { AdminContext } from './administration.ts';

type Context = Pick<AdminContext, 'storage'>;

interface Change {
  before: App;
  after: App;
  /** That everybody is somebody else to the app afterwards. */
  meant: boolean;
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
