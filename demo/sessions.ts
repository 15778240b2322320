import { randomBytes } from 'node:crypto';
import type { LoggedOut } from './logout-token.ts';
import type { SignedIn, SignInRequest } from './relying-party.ts';

/** What the demo remembers of one browser. */
export interface Session {
  /** Sign-ins under way by their `state`, so that two tabs do not disturb each other. */
  requests: Map<string, SignInRequest>;
  signedIn?: SignedIn;
  /** The provider said that the sign-in is over, which the person may not know. */
  endedElsewhere?: boolean;
}

/** Sessions in memory, oldest first out: enough to try things with, gone with the process. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #limit: number;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  find(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  /** @returns the id of the new session, for a cookie */
  insert(session: Session): string {
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.#limit && oldest) this.#sessions.delete(oldest);
    return id;
  }

  /** Ends the sign-in of one session at the provider, or all of a person. */
  end({ sub, sid }: LoggedOut): void {
    for (const session of this.#sessions.values()) {
      const claims = session.signedIn?.claims;
      if (!claims || (sid === undefined ? claims.sub !== sub : claims.sid !== sid)) continue;
      delete session.signedIn;
      session.endedElsewhere = true;
    }
  }

  remove(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(id);
  }
}
