import { randomBytes } from 'node:crypto';
import type { Secret } from '../secret/secret.ts';

/** A sign-in that a site has begun, as it comes back. */
export interface SiteSignIn {
  /** Path and query on the site. */
  to: string;
  /** What the code was asked with (RFC 7636 §4.2). */
  challenge: string;
}

export interface SignInStates {
  /** @param browser a random value that this browser alone has, in a cookie of the site */
  begin(begun: { origin: string; to: string; browser: string }): { state: string; challenge: string };
  /** `undefined` for what was begun for another site, by another browser, or too long ago. */
  read(state: string, by: { origin: string; browser: string }): SiteSignIn | undefined;
}

/** Milliseconds for a sign-in, with the making of a passkey on the way. */
const patience = 60 * 60 * 1000;

interface Sealed extends SiteSignIn {
  expiresAt: number;
}

/**
 * The state of a sign-in travels with it, sealed, so that several tabs do not get in each other's way. It holds the
 * challenge that the code is asked with. That is random, so there is no verifier, and nobody redeems the code by one.
 */
export function createSignInStates({
  secret,
  now,
}: {
  secret: Pick<Secret, 'seal' | 'open'>;
  now: () => number;
}): SignInStates {
  // Bound to the browser and the site: a state that was begun elsewhere does not open (login CSRF).
  const context = ({ origin, browser }: { origin: string; browser: string }) =>
    `forward-auth state ${origin} ${browser}`;
  return {
    begin({ origin, to, browser }) {
      const challenge = randomBytes(32).toString('base64url');
      const sealed: Sealed = { to, challenge, expiresAt: now() + patience };
      return { state: secret.seal(JSON.stringify(sealed), context({ origin, browser })), challenge };
    },
    read(state, by) {
      const sealed = opened(secret, state, context(by));
      return sealed && sealed.expiresAt > now() ? sealed : undefined;
    },
  };
}

function opened(secret: Pick<Secret, 'open'>, state: string, context: string): Sealed | undefined {
  try {
    return JSON.parse(secret.open(state, context)) as Sealed;
  } catch {
    return undefined;
  }
}
