import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { JudgedPasskey } from '../authenticator-policy/judge.ts';
import type { Basis } from '../sign-ins/standing.ts';
import { type SessionSignIn, withSignIn } from './session-sign-ins.ts';

declare module 'oidc-provider' {
  interface Session {
    /** What the cookie holds: the uid, which stays, and the `jti`, which is new after every sign-in. */
    id: string;
    /** The one before `resetIdentifier()`. */
    oldId?: string | undefined;
    destroyed?: boolean;
    /** The latest sign-in. */
    signInId?: string | undefined;
    /** All that it rests on, oldest first: it ends with the passkey of any of them. */
    signIns?: SessionSignIn[] | undefined;
    /** Those of other passkeys before them, which no request is answered with unless a rule asks for that passkey. */
    superseded?: SessionSignIn[] | undefined;
    /** What that sign-in rests on, in the request that comes from it. */
    basis?: Basis | undefined;
  }
  interface Grant {
    /** The latest sign-in that this grant was used with. */
    signInId?: string | undefined;
    /** The sign-ins that its answers quoted, each weaker than the one before it: it ends with the passkey of any. */
    quoted?: { id: string; acr: string; passkeyId?: string }[] | undefined;
    /** The person said yes on another device than the app's: when, in milliseconds, and what both showed. */
    approved?: { at: number; message?: string } | undefined;
    /** In which its app knew the person, `''` where by the `sub` of every app: see `boundToSector`. */
    sector?: string | undefined;
  }
}

/** oidc-provider keeps only the properties that a model names: ours are more, in sessions and grants. */
export function keepSignInIds({ Session, Grant }: Provider): void {
  const keep = (model: typeof Session | typeof Grant, ...more: string[]) => {
    const kept = [...model.IN_PAYLOAD, ...more];
    Object.defineProperty(model, 'IN_PAYLOAD', { get: () => kept });
  };
  keep(Session, 'signInId', 'signIns', 'superseded');
  keep(Grant, 'signInId', 'quoted', 'apis', 'approved', 'sector');
}

/**
 * A session is stored under its uid, so there is one record of it from the sign-in to the end, and a mark on that
 * record ends it for good: whatever request is under way saves the same record. A new id replaces the one in there.
 */
export function keepSessionsByUid({ Session }: Provider): void {
  Object.defineProperty(Session.prototype, 'id', {
    get(this: SessionModel) {
      return `${this.uid}.${this.jti}`;
    },
    set(this: SessionModel, jti: string) {
      this.jti = jti;
    },
  });
  Object.assign(Session, {
    async find(id: string): Promise<SessionModel | undefined> {
      const [uid = ''] = id.split('.');
      const session = await Session.findByUid(uid);
      return session?.id === id ? session : undefined;
    },
  });
  const { save, persist } = Session.prototype;
  // An error in the flow of a device marks a session that nobody has yet, for a form that our page does not show.
  Session.prototype.persist = async function persistStored() {
    return this.exp === undefined ? '' : persist.call(this);
  };
  Session.prototype.save = function saveInPlace(ttl) {
    // Saving replaces the id from before; destroying it as well would end the session.
    this.oldId = undefined;
    return save.call(this, ttl);
  };
  Session.prototype.destroy = async function destroyByUid() {
    await this.adapter.destroy(this.uid);
    this.destroyed = true;
  };
}

/** A session of a sign-in that does not stand any more is over as soon as it is stored, and nothing comes of it. */
export function endWithoutBasis(
  { Session }: Provider,
  { isStanding, onStarted }: { isStanding: (basis: Basis) => Promise<boolean>; onStarted: () => void },
): void {
  const { save } = Session.prototype;
  Session.prototype.save = async function saveOnBasis(ttl) {
    const isNew = this.iat === undefined;
    const saved = await save.call(this, ttl);
    if (this.basis && !(await isStanding(this.basis))) {
      await this.destroy();
      throw new errors.AccessDenied('the passkey or the account was taken away meanwhile');
    }
    if (this.basis && isNew) onStarted();
    return saved;
  };
}

type SessionModel = InstanceType<Provider['Session']>;

/** The session remembers every sign-in. `result` is there when the person has just come back from one. */
export function noteSignIn({ oidc: { session, result } }: KoaContextWithOIDC): void {
  const { login } = result ?? {};
  if (!session || typeof login?.signInId !== 'string' || login.signInId === session.signInId) return;
  const { signInId: id, accountId: sub, acr = '', amr = [], ts: at = 0 } = login;
  const basis = login.basis as Omit<Basis, 'sub'>;
  session.signInId = id;
  const judged = login.judged as JudgedPasskey;
  Object.assign(session, withSignIn(session, { id, acr, amr, at, passkeyId: basis.passkeyId, judged }));
  session.basis = { ...basis, sub };
}
