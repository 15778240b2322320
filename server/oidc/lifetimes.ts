import type { Session } from 'oidc-provider';
import type { Config } from '../config.ts';

export const minute = 60;
export const day = 24 * 60 * 60;
/** For a record that is over already: oidc-provider wants a positive number. */
export const over = 1;

/** Seconds between a request and its answer. */
export const interactionLife = 30 * minute;

/** So many seconds something may live that a sign-in made. */
export function longestLife({ lifetimes }: Pick<Config, 'lifetimes'>): number {
  return Math.max(lifetimes.session, lifetimes.keptSession, lifetimes.refreshToken + day);
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
