import { createHash } from 'node:crypto';
import type { App } from '../apps/app.ts';
import { sectorOf } from '../apps/sector.ts';
import { ConflictError } from '../errors.ts';
import type { LogoutNotice, LogoutNoticeRepository } from './logout-notice.ts';

/** One end, as far as one app is concerned. */
export interface AppEnd {
  appId: string;
  sub: string;
  /** Which session, if it was one. */
  sid?: string | undefined;
  /** In which the app knew the person, `''` where by the `sub` of every app. Otherwise it is that of the app now. */
  sector?: string | undefined;
  /** What ended, in the state that it was in: the same again is the same end, and an app is told of it once. */
  ended: string;
}

/** Tells apps that sessions are over. */
export interface LogoutNotices {
  /**
   * Stores what apps are to be told, to be awaited before anything is ended: a crash in between leaves an app that is
   * told of an end that did not come, and whose people sign in again without a word. The other way round a session
   * would end that an app never hears of. Call what it resolves to once the end has come: then they are told at once.
   */
  prepare(ends: readonly AppEnd[]): Promise<() => void>;
}

interface PrepareDependencies {
  repository: Pick<LogoutNoticeRepository, 'insert'>;
  findApp: (id: string) => Promise<App | undefined>;
  /** Delivers right away what it has a place for; the rest, and what a command leaves behind, waits for a round. */
  deliver?: (notices: readonly LogoutNotice[]) => void;
  now: () => number;
}

/** So long a notice waits for its end. Whoever ends something delivers by itself; after this, anybody does. */
const grace = 2_000;
const keptFor = 30 * 24 * 60 * 60 * 1000;

export function createLogoutNotices(dependencies: PrepareDependencies): LogoutNotices {
  const { repository, findApp, deliver, now } = dependencies;

  async function insert(notice: LogoutNotice): Promise<LogoutNotice[]> {
    try {
      await repository.insert(notice);
      return [notice];
    } catch (error) {
      // Somebody else ends the same: theirs is the one.
      if (error instanceof ConflictError) return [];
      throw error;
    }
  }

  return {
    async prepare(ends) {
      const made = await Promise.all(
        ends.map(async (end) => noticeOf(end, { app: await findApp(end.appId), at: now() })),
      );
      const inserted = (await Promise.all(withoutRepeats(made.flat()).map(insert))).flat();
      return () => deliver?.(inserted);
    },
  };
}

/** An app that did not ask for sessions is told the person alone: it would look for a session that it never heard of. */
function noticeOf(
  { appId, sub, sid, ended, sector: known }: AppEnd,
  { app, at }: { app: App | undefined; at: number },
): LogoutNotice[] {
  if (app?.backchannelLogoutUri === undefined) return [];
  const said = app.backchannelLogoutSessionRequired && sid !== undefined ? { sid } : {};
  const sector = known ?? sectorOf(app) ?? '';
  const person = { sub, ...(sector !== '' && { sector }) };
  const id = createHash('sha256')
    .update(JSON.stringify([appId, sub, sid ?? '', ended]))
    .digest('base64url');
  const times = { createdAt: at, nextAttemptAt: at + grace, expiresAt: at + keptFor };
  return [{ id, appId, ...person, ...said, state: 'pending', attempts: 0, ...times }];
}

/** Several sessions of a person that end together are one end for an app that knows the person alone. */
function withoutRepeats(notices: readonly LogoutNotice[]): LogoutNotice[] {
  const byMeaning = new Map(
    notices.map((notice) => [JSON.stringify([notice.appId, notice.sub, notice.sid, notice.sector]), notice]),
  );
  return [...byMeaning.values()];
}
