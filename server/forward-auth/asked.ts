import type { ToldByGateway } from '../http/told-by-gateway.ts';

/** The request that a gateway asks about. */
export interface Asked {
  method: string;
  /** Of the site, as browsers write it. */
  origin: string;
  /** Path and query, as they were sent. */
  uri: string;
}

/** Traefik, Caddy and HAProxy say it in these. `undefined` where a part is missing or is none. */
export function readForwarded(told: ToldByGateway): Asked | undefined {
  const method = told['x-forwarded-method'];
  const uri = told['x-forwarded-uri'];
  const origin = originOf(told['x-forwarded-proto'], told['x-forwarded-host']);
  return method && uri?.startsWith('/') && origin ? { method, origin, uri } : undefined;
}

/** nginx, and its ingress in Kubernetes. */
export function readOriginal(told: ToldByGateway): Asked | undefined {
  const [, scheme, host, uri] = /^([a-z]+):\/\/([^/]+)(\/.*)$/.exec(told['x-original-url'] ?? '') ?? [];
  const method = told['x-original-method'];
  const origin = originOf(scheme, host);
  return method && uri && origin ? { method, origin, uri } : undefined;
}

/** The site whose own path was asked for, which its gateway sends here. */
export function readSite(told: ToldByGateway): string | undefined {
  return originOf(told['x-forwarded-proto'], told['x-forwarded-host'] ?? told.host);
}

/** A host and its port, and nothing beside: no list, no user name, no path. */
const host = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

function originOf(scheme: string | undefined, authority: string | undefined): string | undefined {
  if ((scheme !== 'https' && scheme !== 'http') || !host.test(authority ?? '')) return undefined;
  return URL.parse(`${scheme}://${authority}`)?.origin;
}

/** Longer ones begin at the front page again. */
const longest = 1500;

/** Where somebody goes on after the sign-in: on this site, and never to the sign-in itself. */
export function returnPath(uri: string, ownBase: string): string {
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(uri) && uri.length <= longest && !uri.includes('\\');
  return isPath && !uri.startsWith(`${ownBase}/`) ? uri : '/';
}

/**
 * Whether a browser opens a page, so that it may be sent elsewhere: what a script asked for cannot be (Fetch Metadata;
 * browsers without it say that they want HTML).
 */
export function isNavigation(
  method: string,
  { mode, accept }: { mode: string | undefined; accept: string | undefined },
): boolean {
  if (method !== 'GET') return false;
  return mode ? mode === 'navigate' : /\btext\/html\b/.test(accept ?? '');
}
