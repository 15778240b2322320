import type { AppEnd, LogoutNotices } from '../logout-notices/prepare-notices.ts';
import { type Artifact, type ArtifactRepository, siteSessionModel } from './artifact.ts';
import type { Vault } from './vault.ts';

/** Where every session ends, whoever ends it, and where its apps are told of it. */
export interface SessionEnds {
  end(what: Ending): Promise<void>;
  /** The session that is stored under this id, with what sites have of it; its grants are for others to end. */
  endStored(id: string): Promise<void>;
  /** A person leaves one app, and stays signed in. */
  leave(app: Omit<AppEnd, 'ended'>): Promise<void>;
  /** Something else that ends sessions and grants. */
  around<T>(what: Ending, work: () => Promise<T>): Promise<T>;
}

export interface Ending {
  /** With these end the grants that do not outlive them. */
  sessions?: readonly Artifact[];
  /** Grants that end whatever becomes of their sessions. */
  grants?: readonly Artifact[];
  /** The person's sessions that go on: an app that loses its grant there is told which one it was. */
  standing?: readonly Artifact[];
}

interface EndDependencies {
  artifacts: Pick<ArtifactRepository, 'find' | 'recordConsumed' | 'removeByGrant'>;
  vault: Pick<Vault, 'open'>;
  notices: LogoutNotices;
  now: () => number;
}

/** A grant that ends again within this time is the same end: two instances may follow one event. */
const sameEnd = 10 * 60 * 1000;

export function createSessionEnds({ artifacts, vault, notices, now }: EndDependencies): SessionEnds {
  const authorizationsOf = (session: Artifact) => Object.entries(open(session).authorizations ?? {});

  /** One that does not open lets nobody in any more, and must not stand in the way of ending the others. */
  function open(stored: Artifact): StoredSession & StoredGrant {
    try {
      return vault.open(stored);
    } catch {
      return {};
    }
  }

  /** A session that was used since is stored anew, and then what ends is not what ended before. */
  const endsOfSession = (session: Artifact): AppEnd[] =>
    authorizationsOf(session)
      .filter(([, { grantId }]) => grantId)
      .map(([appId, { sid, sector }]) => ({
        ...{ appId, sub: session.accountId ?? '', sid, sector, ended: session.payload },
      }));

  function endsOf({ sessions = [], grants = [], standing = [] }: Ending): AppEnd[] {
    const told = new Set(sessions.flatMap(authorizationsOf).map(([, { grantId }]) => grantId));
    const used = standing.flatMap(authorizationsOf);
    const ofGrants = grants
      .filter(({ grantId }) => !told.has(grantId))
      .map((grant) => ({
        appId: grant.appId ?? '',
        sub: grant.accountId ?? '',
        sid: used.find(([, authorization]) => authorization.grantId === grant.grantId)?.[1].sid,
        sector: open(grant).sector,
        ended: `${grant.payload} ${Math.floor(now() / sameEnd)}`,
      }));
    return [...sessions.flatMap(endsOfSession), ...ofGrants];
  }

  /**
   * Apps that a request under way had signed in to until the session ended; nothing comes of what it stores later. These
   * alone are stored after the end: only a crash within the milliseconds of such a race leaves one untold.
   */
  async function endsMissed(sessions: readonly Artifact[], known: readonly AppEnd[]): Promise<AppEnd[]> {
    const latest = await Promise.all(sessions.map(({ id }) => artifacts.find(id)));
    const changed = latest.filter((session) => session && !sessions.some(isSame(session)));
    return changed
      .flatMap((session) => (session ? endsOfSession(session) : []))
      .filter(({ appId, sid }) => !known.some((end) => end.appId === appId && end.sid === sid));
  }

  async function around<T>(what: Ending, work: () => Promise<T>): Promise<T> {
    const ends = endsOf(what);
    const tell = await notices.prepare(ends);
    const result = await work();
    const tellMore = await notices.prepare(await endsMissed(what.sessions ?? [], ends));
    tell();
    tellMore();
    return result;
  }

  /** The mark also holds against a request that is under way. */
  const mark = ({ id }: Artifact) => artifacts.recordConsumed(id, now());
  const endGrant = (grantId = '') => artifacts.removeByGrant(grantId);

  async function markWithSites(session: Artifact): Promise<void> {
    await mark(session);
    const grants = authorizationsOf(session).flatMap(([, { grantId }]) => grantId ?? []);
    await Promise.all(grants.map((grantId) => artifacts.removeByGrant(grantId, siteSessionModel)));
  }

  async function endWithGrants(session: Artifact): Promise<void> {
    await mark(session);
    const grants = authorizationsOf(session).filter(([, app]) => app.grantId && !app.persistsLogout);
    await Promise.all(grants.map(([, { grantId }]) => endGrant(grantId)));
  }

  return {
    around,
    async end(what) {
      const { sessions = [], grants = [] } = what;
      await around(what, () =>
        Promise.all([...sessions.map(endWithGrants), ...grants.map(({ grantId }) => endGrant(grantId))]),
      );
    },
    async leave(app) {
      const tell = await notices.prepare([{ ...app, ended: 'left' }]);
      tell();
    },
    async endStored(id) {
      const session = await artifacts.find(id);
      if (session && session.consumedAt === undefined)
        await around({ sessions: [session] }, () => markWithSites(session));
    },
  };
}

const isSame = (session: Artifact) => (other: Artifact) =>
  other.id === session.id && other.payload === session.payload;

/** See `boundToSector`. */
interface StoredGrant {
  sector?: string;
}

interface StoredSession {
  authorizations?: Record<
    string,
    { sid?: string; grantId?: string; persistsLogout?: boolean; sector?: string }
  >;
}
