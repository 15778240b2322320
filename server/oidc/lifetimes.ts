import type { Client, Configuration, Session } from 'oidc-provider';
import type { Config } from '../config.ts';
import { requestLifetime } from './ciba.ts';
import { noteSignIn } from './models.ts';

type Ttl = NonNullable<Configuration['ttl']>;

const minute = 60;
const day = 24 * 60 * 60;
/** For a record that is over already: oidc-provider wants a positive number. */
const over = 1;

/** Seconds between a request and its answer. */
export const interactionLife = 30 * minute;

/** A token that may be for a resource. */
interface Meant {
  resourceServer?: { accessTokenTTL?: number | undefined } | undefined;
}

/** How long everything lives, in seconds. Codes: 60 s (ASVS 5.0 10.4.3, level 3). */
export function createLifetimes({ lifetimes }: Pick<Config, 'lifetimes'>): Ttl {
  /** What is valid without a look at the storage is so for a shorter time. */
  const accessTokenLife = ({ resourceServer }: Meant, client: Client) =>
    lowest(
      lowest(lifetimes.accessToken, client.latchkey_access_token_lifetime),
      resourceServer?.accessTokenTTL,
    );
  return {
    AuthorizationCode: minute,
    IdToken: 10 * minute,
    Interaction: interactionLife,
    DeviceCode: 10 * minute,
    BackchannelAuthenticationRequest: requestLifetime,
    AccessToken: (_ctx, token, client) => accessTokenLife(token, client),
    ClientCredentials: (_ctx, token, client) => accessTokenLife(token, client),
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

/** Seconds after which a sign-in counts no more, and a session that has no later one is over. */
export function absoluteLimit(
  lifetimes: Config['lifetimes'],
  { transient, loginTs }: { transient?: boolean | undefined; loginTs?: number | undefined },
): number {
  return limitsOf(lifetimes, { transient, loginTs }).absolute;
}

function limitsOf(
  { keptSession, sessionIdle, session }: Config['lifetimes'],
  { transient, loginTs }: { transient?: boolean | undefined; loginTs?: number | undefined },
): { idle: number; absolute: number } {
  const kept = loginTs !== undefined && !transient;
  return kept ? { idle: keptSession, absolute: keptSession } : { idle: sessionIdle, absolute: session };
}
