import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import type { Vault } from './vault.ts';

/** A browser that is signed in. */
export interface BrowserSession {
  uid: string;
  /** The sign-in that made it. */
  signIn: SignIn | undefined;
  expiresAt: number;
}

/** Sessions and grants, as people and administrators see and end them. */
export interface Sessions {
  /** Those in force, newest sign-in first. */
  list(sub: string, now: number): Promise<BrowserSession[]>;
  /** Tells whether there was one of this person. */
  end(sub: string, uid: string): Promise<boolean>;
  endOthers(sub: string, uid: string): Promise<number>;
  /** Every session, and every grant, also those that outlive their session. */
  endAll(sub: string): Promise<void>;
  /** What sign-ins with each of the person's passkeys made, by the passkey's id. */
  madeByPasskey(sub: string): Promise<Map<string, Made>>;
  /** All of it, or what sign-ins up to a moment made. */
  endMadeBy(sub: string, passkeyId: string, until?: number): Promise<void>;
}

export interface Made {
  sessions: Artifact[];
  /** Those whose latest sign-in it was. */
  grants: Artifact[];
  /** Sign-ins that have not become a session yet. */
  interactions: Artifact[];
}

export function createSessions({
  artifacts,
  signIns,
  vault,
  now: clock,
}: {
  artifacts: ArtifactRepository;
  signIns: SignInRepository;
  vault: Vault;
  now: () => number;
}): Sessions {
  const inForce = ({ consumedAt }: Artifact) => consumedAt === undefined;
  const endGrants = (grants: readonly Pick<Artifact, 'grantId'>[]) =>
    Promise.all(grants.map(({ grantId }) => artifacts.removeByGrant(grantId ?? '')));

  /** Ends the session, and the grants that end with it. The mark also holds against a request that is under way. */
  async function endOne(session: Artifact): Promise<void> {
    await artifacts.recordConsumed(session.id, clock());
    const { authorizations = {} } = vault.open<StoredSession>(session);
    const grants = Object.values(authorizations).filter((app) => app.grantId && !app.persistsLogout);
    await endGrants(grants.map(({ grantId = '' }) => ({ grantId })));
  }
  const endPending = (interactions: readonly Artifact[]) =>
    Promise.all(interactions.map(({ id }) => artifacts.remove(id)));
  const sessionsOf = async (sub: string) => (await artifacts.listByAccount(sub, 'Session')).filter(inForce);
  /** From what is there to the sign-ins it names: these are few, and all that were ever made may be many. */
  async function madeByPasskey(sub: string, until = Number.POSITIVE_INFINITY): Promise<Map<string, Made>> {
    // In the order in which one becomes the other, so that none is missed on its way.
    const interactions = await artifacts.listByAccount(sub, 'Interaction');
    const [sessions, grants] = await Promise.all([sessionsOf(sub), artifacts.listByAccount(sub, 'Grant')]);
    const ids = new Set([...interactions, ...sessions, ...grants].flatMap(({ signInId }) => signInId ?? []));
    const named = (await signIns.findMany([...ids])).filter(({ at }) => at <= until);
    const byPasskey = Map.groupBy(named, ({ passkeyId }) => passkeyId);
    const made = [...byPasskey].map(([passkeyId, found]) => {
      const own = ({ signInId }: Artifact) => found.some(({ id }) => id === signInId);
      const parts = { interactions: interactions.filter(own), sessions: sessions.filter(own) };
      return [passkeyId, { ...parts, grants: grants.filter(own) }] as const;
    });
    return new Map(made);
  }
  return {
    async list(sub, now) {
      const live = (await sessionsOf(sub)).filter(({ expiresAt = 0 }) => expiresAt > now);
      const found = await signIns.findMany(live.flatMap(({ signInId }) => signInId ?? []));
      return live
        .map(({ uid = '', signInId, expiresAt = 0 }) => ({
          uid,
          expiresAt,
          signIn: found.find(({ id }) => id === signInId),
        }))
        .toSorted((a, b) => (b.signIn?.at ?? 0) - (a.signIn?.at ?? 0));
    },
    async end(sub, uid) {
      const session = (await sessionsOf(sub)).find((each) => each.uid === uid);
      if (session) await endOne(session);
      return session !== undefined;
    },
    async endOthers(sub, uid) {
      const others = (await sessionsOf(sub)).filter((each) => each.uid !== uid);
      await Promise.all(others.map(endOne));
      return others.length;
    },
    async endAll(sub) {
      await endPending(await artifacts.listByAccount(sub, 'Interaction'));
      const [sessions, grants] = await Promise.all([sessionsOf(sub), artifacts.listByAccount(sub, 'Grant')]);
      await Promise.all([...sessions.map(endOne), endGrants(grants)]);
    },
    madeByPasskey: (sub) => madeByPasskey(sub),
    async endMadeBy(sub, passkeyId, until) {
      const made = (await madeByPasskey(sub, until)).get(passkeyId);
      if (!made) return;
      await endPending(made.interactions);
      await Promise.all([...made.sessions.map(endOne), endGrants(made.grants)]);
    },
  };
}

interface StoredSession {
  authorizations?: Record<string, { grantId?: string; persistsLogout?: boolean }>;
}
