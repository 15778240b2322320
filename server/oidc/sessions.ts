import type { Grant } from 'oidc-provider';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import type { SessionEnds } from './session-ends.ts';
import { signInsOf } from './session-sign-ins.ts';
import type { Vault } from './vault.ts';

/** A browser that is signed in. */
export interface BrowserSession {
  uid: string;
  /** The latest. */
  signIn: SignIn | undefined;
  expiresAt: number;
  /** Client ids of what it is signed in to; the pages of the server itself are among them. */
  apps: string[];
}

/** Sessions and grants, as people and administrators see and end them. */
export interface Sessions {
  /** Those in force, newest sign-in first. */
  list(sub: string, now: number): Promise<BrowserSession[]>;
  /** Those in force that rest on one of the person's passkeys, among others. */
  listByPasskey(sub: string, passkeyId: string, now: number): Promise<BrowserSession[]>;
  /** Tells whether there was one of this person. */
  end(sub: string, uid: string): Promise<boolean>;
  endOthers(sub: string, uid: string): Promise<number>;
  /** Every session, and every grant, also those that outlive their session. */
  endAll(sub: string): Promise<void>;
  /** All that the account has: what it was issued, what it allowed, what is under way. Resolves to how much it was. */
  endAccount(sub: string): Promise<number>;
  /** What sign-ins with each of the person's passkeys made, by the passkey's id. */
  madeByPasskey(sub: string): Promise<Map<string, Made>>;
  /** All of it, or what sign-ins up to a moment made. */
  endMadeBy(sub: string, passkeyId: string, until?: number): Promise<void>;
}

export interface Made {
  /** Those that rest on it, among others. */
  sessions: Artifact[];
  /** Those that something was given of for a sign-in with it. */
  grants: Artifact[];
  /** Sign-ins that have not become a session yet. */
  interactions: Artifact[];
}

export function createSessions({
  artifacts,
  signIns,
  sessionEnds,
  vault,
  now: clock,
}: {
  artifacts: ArtifactRepository;
  signIns: SignInRepository;
  sessionEnds: SessionEnds;
  vault: Pick<Vault, 'open'>;
  now: () => number;
}): Sessions {
  const inForce = ({ consumedAt }: Artifact) => consumedAt === undefined;
  const endPending = (interactions: readonly Artifact[]) =>
    Promise.all(interactions.map(({ id }) => artifacts.remove(id)));
  const sessionsOf = async (sub: string) => (await artifacts.listByAccount(sub, 'Session')).filter(inForce);
  /** One that does not open lets nobody in any more, and must not stand in the way of ending the others. */
  const restedOn = (artifact: Artifact): string[] => {
    try {
      if (artifact.model === 'Session') return signInsOf(vault.open(artifact)).map(({ id }) => id);
      return (vault.open<Pick<Grant, 'quoted'>>(artifact).quoted ?? []).map(({ id }) => id);
    } catch {
      return [];
    }
  };
  const appsOf = (session: Artifact): string[] => {
    try {
      return Object.keys(vault.open<{ authorizations?: object }>(session).authorizations ?? {});
    } catch {
      return [];
    }
  };
  /** From what is there to the sign-ins it names: these are few, and all that were ever made may be many. */
  async function madeByPasskey(sub: string, until = Number.POSITIVE_INFINITY): Promise<Map<string, Made>> {
    // In the order in which one becomes the other, so that none is missed on its way.
    const interactions = await artifacts.listByAccount(sub, 'Interaction');
    const [sessions, grants] = await Promise.all([sessionsOf(sub), artifacts.listByAccount(sub, 'Grant')]);
    const restsOn = new Map([...sessions, ...grants].map((artifact) => [artifact, restedOn(artifact)]));
    const namedBy = (artifact: Artifact) => [
      ...(artifact.signInId === undefined ? [] : [artifact.signInId]),
      ...(restsOn.get(artifact) ?? []),
    ];
    const ids = new Set([...interactions, ...sessions, ...grants].flatMap(namedBy));
    const named = (await signIns.findMany([...ids])).filter(({ at }) => at <= until);
    const byPasskey = Map.groupBy(named, ({ passkeyId }) => passkeyId);
    const made = [...byPasskey].map(([passkeyId, found]) => {
      const own = (artifact: Artifact) => found.some(({ id }) => namedBy(artifact).includes(id));
      const parts = { interactions: interactions.filter(own), sessions: sessions.filter(own) };
      return [passkeyId, { ...parts, grants: grants.filter(own) }] as const;
    });
    return new Map(made);
  }
  async function withSignIns(sessions: readonly Artifact[], now: number): Promise<BrowserSession[]> {
    const live = sessions.filter(({ expiresAt = 0 }) => expiresAt > now);
    const found = await signIns.findMany(live.flatMap(({ signInId }) => signInId ?? []));
    return live
      .map((session) => ({
        uid: session.uid ?? '',
        expiresAt: session.expiresAt ?? 0,
        signIn: found.find(({ id }) => id === session.signInId),
        apps: appsOf(session),
      }))
      .toSorted((a, b) => (b.signIn?.at ?? 0) - (a.signIn?.at ?? 0));
  }
  return {
    list: async (sub, now) => withSignIns(await sessionsOf(sub), now),
    async listByPasskey(sub, passkeyId, now) {
      return withSignIns((await madeByPasskey(sub)).get(passkeyId)?.sessions ?? [], now);
    },
    async end(sub, uid) {
      const session = (await sessionsOf(sub)).find((each) => each.uid === uid);
      if (session) await sessionEnds.end({ sessions: [session] });
      return session !== undefined;
    },
    async endOthers(sub, uid) {
      const others = (await sessionsOf(sub)).filter((each) => each.uid !== uid);
      await sessionEnds.end({ sessions: others });
      return others.length;
    },
    async endAll(sub) {
      await endPending(await artifacts.listByAccount(sub, 'Interaction'));
      const [sessions, grants] = await Promise.all([sessionsOf(sub), artifacts.listByAccount(sub, 'Grant')]);
      await sessionEnds.end({ sessions, grants });
    },
    async endAccount(sub) {
      const [sessions, grants] = await Promise.all([sessionsOf(sub), artifacts.listByAccount(sub, 'Grant')]);
      return sessionEnds.around({ sessions, grants }, () => artifacts.endByAccount(sub, clock()));
    },
    madeByPasskey: (sub) => madeByPasskey(sub),
    async endMadeBy(sub, passkeyId, until) {
      const made = (await madeByPasskey(sub, until)).get(passkeyId);
      if (!made) return;
      await endPending(made.interactions);
      const { sessions, grants } = made;
      const ending = new Set(sessions.map(({ id }) => id));
      const standing = (await sessionsOf(sub)).filter(({ id }) => !ending.has(id));
      await sessionEnds.end({ sessions, grants, standing });
    },
  };
}
