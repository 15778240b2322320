import type { Configuration, Session } from 'oidc-provider';
import type { Config } from '../config.ts';
import { noteSignIn } from './models.ts';

type Ttl = NonNullable<Configuration['ttl']>;

const minute = 60;
const day = 24 * 60 * 60;
/** For a record that is over already: oidc-provider wants a positive number. */
const over = 1;

/** How long everything lives, in seconds. Codes: 60 s (ASVS 5.0 10.4.3, level 3). */
export function createLifetimes({ lifetimes }: Pick<Config, 'lifetimes'>): Ttl {
  return {
    AuthorizationCode: minute,
    IdToken: 10 * minute,
    Interaction: 30 * minute,
    AccessToken: (_ctx, _token, client) =>
      lowest(lifetimes.accessToken, client.latchkey_access_token_lifetime),
    ClientCredentials: (_ctx, _token, client) =>
      lowest(lifetimes.accessToken, client.latchkey_access_token_lifetime),
    RefreshToken(_ctx, token, client) {
      const allowed = lowest(lifetimes.refreshToken, client.latchkey_refresh_token_lifetime);
      return Math.max(over, Math.min(lifetimes.refreshTokenIdle, allowed - token.totalLifetime()));
    },
    // A grant outlives the refresh tokens that hang on it.
    Grant: lifetimes.refreshToken + day,
    /** Asked right before a session is stored, also where the request failed after the sign-in: it is noted here. */
    Session(ctx, session) {
      noteSignIn(ctx);
      return sessionLifetime(lifetimes, session);
    },
  };
}

/** So many seconds something may live that a sign-in made. */
export function longestLife({ lifetimes }: Pick<Config, 'lifetimes'>): number {
  return Math.max(lifetimes.session, lifetimes.keptSession, lifetimes.refreshToken + day);
}

/** An app only lowers what the installation allows. */
function lowest(allowed: number, own: unknown): number {
  return typeof own === 'number' ? Math.min(allowed, own) : allowed;
}

/** Idle and absolute (ASVS 5.0 7.3): used or not, a session is over some time after the sign-in. */
export function sessionLifetime(
  lifetimes: Config['lifetimes'],
  session: Pick<Session, 'transient' | 'loginTs'>,
): number {
  const age = session.loginTs === undefined ? 0 : Math.floor(Date.now() / 1000) - session.loginTs;
  const { idle, absolute } = limitsOf(lifetimes, session);
  return Math.max(over, Math.min(idle, absolute - age));
}

/** Whether the absolute limit has passed, to the second: what is saved late, and what clocks may differ by, adds nothing. */
export function isSessionOver(
  lifetimes: Config['lifetimes'],
  session: Pick<Session, 'transient' | 'loginTs'>,
  now: number,
): boolean {
  return (
    session.loginTs !== undefined && now >= (session.loginTs + limitsOf(lifetimes, session).absolute) * 1000
  );
}

function limitsOf(
  { keptSession, sessionIdle, session }: Config['lifetimes'],
  { transient, loginTs }: Pick<Session, 'transient' | 'loginTs'>,
): { idle: number; absolute: number } {
  const kept = loginTs !== undefined && !transient;
  return kept ? { idle: keptSession, absolute: keptSession } : { idle: sessionIdle, absolute: session };
}
