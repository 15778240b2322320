import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Basis } from '../sign-ins/standing.ts';

declare module 'oidc-provider' {
  interface Session {
    /** What the cookie holds: the uid, which stays, and the `jti`, which is new after every sign-in. */
    id: string;
    /** The one before `resetIdentifier()`. */
    oldId?: string | undefined;
    destroyed?: boolean;
    /** The sign-in that made this session. */
    signInId?: string | undefined;
    /** What that sign-in rests on, in the request that comes from it. */
    basis?: Basis | undefined;
  }
  interface Grant {
    /** The latest sign-in that this grant was used with. */
    signInId?: string | undefined;
  }
}

/** oidc-provider keeps only the properties that a model names: ours is one more, in sessions and grants. */
export function keepSignInIds(provider: Provider): void {
  for (const model of [provider.Session, provider.Grant]) {
    const kept = [...model.IN_PAYLOAD, 'signInId'];
    Object.defineProperty(model, 'IN_PAYLOAD', { get: () => kept });
  }
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
  const { save } = Session.prototype;
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
export function endWithoutBasis({ Session }: Provider, isStanding: (basis: Basis) => Promise<boolean>): void {
  const { save } = Session.prototype;
  Session.prototype.save = async function saveOnBasis(ttl) {
    const saved = await save.call(this, ttl);
    if (this.basis && !(await isStanding(this.basis))) {
      await this.destroy();
      throw new errors.AccessDenied('the passkey or the account was taken away meanwhile');
    }
    return saved;
  };
}

type SessionModel = InstanceType<Provider['Session']>;

/** The session remembers the sign-in that made it. `result` is there when the person has just come back from one. */
export function noteSignIn({ oidc: { session, result } }: KoaContextWithOIDC): void {
  const { login } = result ?? {};
  if (!session || typeof login?.signInId !== 'string' || login.signInId === session.signInId) return;
  session.signInId = login.signInId;
  session.basis = { ...(login.basis as Omit<Basis, 'sub'>), sub: login.accountId };
}
