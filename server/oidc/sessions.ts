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
  /** What sign-ins with this passkey made: sessions, and grants whose latest sign-in it was. */
  madeBy(passkeyId: string): Promise<{ sessions: Artifact[]; grants: Artifact[] }>;
  endMadeBy(passkeyId: string): Promise<void>;
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
  const signInsWith = async (passkeyId: string) =>
    (await signIns.listByPasskey(passkeyId)).map((signIn) => signIn.id);
  /** Sign-ins that have not become a session yet. */
  const endPending = (interactions: readonly Artifact[]) =>
    Promise.all(interactions.map(({ id }) => artifacts.remove(id)));
  async function madeBy(passkeyId: string) {
    const ids = await signInsWith(passkeyId);
    const [sessions, grants] = await Promise.all([
      artifacts.listBySignIns(ids, 'Session'),
      artifacts.listBySignIns(ids, 'Grant'),
    ]);
    return { sessions: sessions.filter(inForce), grants };
  }
  const sessionsOf = async (sub: string) => (await artifacts.listByAccount(sub, 'Session')).filter(inForce);
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
    madeBy,
    async endMadeBy(passkeyId) {
      await endPending(await artifacts.listBySignIns(await signInsWith(passkeyId), 'Interaction'));
      const { sessions, grants } = await madeBy(passkeyId);
      await Promise.all([...sessions.map(endOne), endGrants(grants)]);
    },
  };
}

interface StoredSession {
  authorizations?: Record<string, { grantId?: string; persistsLogout?: boolean }>;
}
