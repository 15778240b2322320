/** Where this server stands for sites behind gateways: see docs/forward-auth.md. */

/** Where a gateway asks before each request: by X-Forwarded-*, and answered with a redirect where one is needed. */
export const forwardAuthPath = '/forward-auth';

/** The same for gateways that take no redirect, such as nginx by `auth_request`: asked by X-Original-*. */
export const authRequestPath = `${forwardAuthPath}/auth-request`;

/** What is below this on the origin of a site, its gateway sends here. */
export const siteBase = '/.latchkey';

/** Where a sign-in comes back to a site. */
export const siteCallback = `${siteBase}/callback`;

/** Paths that are asked for in the name of a site: their host is not the issuer's. */
export const isOfSites = (path: string): boolean =>
  [forwardAuthPath, siteBase].some((base) => path === base || path.startsWith(`${base}/`));

/**
 * All that a site is told of who is there. Gateways pass on each of them every time, and take away what comes from
 * outside under these names.
 */
export const identityHeaders = [
  'Latchkey-Assertion',
  'Remote-User',
  'Remote-Name',
  'Remote-Email',
  'Remote-Groups',
] as const;
