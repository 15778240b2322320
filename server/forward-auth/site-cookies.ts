/** Cookies on the origin of a site: its gateway takes our answers, and the browser knows no other host. */

/** What holds the session of the site, and what binds a sign-in to the browser that began it. */
type Name = 'session' | 'sign-in';

const names = { session: 'latchkey', 'sign-in': 'latchkey-sign-in' } as const;

/** `__Host-` keeps sibling hosts from planting one; browsers take it on https alone. */
const nameOf = (name: Name, origin: string): string =>
  origin.startsWith('https:') ? `__Host-${names[name]}` : names[name];

/** `undefined` also where there are two of one name: one of them may be somebody else's. */
export function readSiteCookie(header: string | undefined, name: Name, origin: string): string | undefined {
  const wanted = `${nameOf(name, origin)}=`;
  const found = (header ?? '').split(/;\s*/).filter((pair) => pair.startsWith(wanted));
  const [value] = found.map((pair) => pair.slice(wanted.length));
  return found.length === 1 && value && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** A Set-Cookie line. It goes when the browser closes, or after `seconds`. */
export function siteCookie(
  name: Name,
  { origin, value, seconds }: { origin: string; value: string; seconds?: number },
): string {
  return [
    `${nameOf(name, origin)}=${value}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(origin.startsWith('https:') ? ['Secure'] : []),
    ...(seconds === undefined ? [] : [`Max-Age=${seconds}`]),
  ].join('; ');
}
