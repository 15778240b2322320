import { apiResource } from '../api-scopes.ts';
import { clientSecretPlaceholder, type GuideInput, sessionSecretPlaceholder, type Values } from './guide.ts';

export function valuesOf({ issuer, app, secret, sessionSecret }: GuideInput): Values {
  const [postLogoutRedirectUri] = app.postLogoutRedirectUris;
  const [publicKey] = app.jwks?.keys ?? [];
  return {
    issuer,
    clientId: app.id,
    clientSecret: secret ?? clientSecretPlaceholder,
    sessionSecret: sessionSecret ?? sessionSecretPlaceholder,
    authentication: app.tokenEndpointAuthMethod,
    algorithm: app.idTokenSignedResponseAlg,
    // Refresh tokens come without it while the person's session lasts; with it people are asked each time.
    scopes: app.scopes.filter((scope) => scope !== 'offline_access'),
    redirectUris: app.redirectUris,
    origins: app.forwardAuth?.origins ?? [],
    ...(app.forwardAuth?.remoteUser && { plainHeaders: true }),
    ...(postLogoutRedirectUri === undefined ? {} : { postLogoutRedirectUri }),
    ...(app.kind === 'machine' && app.apiScopes
      ? { api: { scopes: app.apiScopes, resource: apiResource(issuer) } }
      : {}),
    ...(publicKey ? { publicKey } : {}),
  };
}

export interface Callback {
  uri: string;
  origin: string;
  path: string;
  /** Where an example listens: the address's own port on this machine, else 3000 behind a proxy. */
  port: number;
  /** Set where the app does not have the address yet. */
  missingRedirectUri?: string;
}

/** The first redirect address that `suits` the software, else the one at `otherwise`, which the app must get. */
export function callbackOf(
  { redirectUris }: Values,
  otherwise: string,
  suits: (path: string) => boolean = isPlain,
): Callback {
  const web = redirectUris.filter((uri) => /^https?:/.test(uri));
  const uri = web.find((uri) => isSettled(uri) && suits(new URL(uri).pathname));
  const { origin } = new URL(web[0] ?? 'https://app.example.com');
  return uri === undefined
    ? { ...placeOf(`${origin}${otherwise}`), missingRedirectUri: `${origin}${otherwise}` }
    : placeOf(uri);
}

/** Whether libraries send it as it stands: those that parse it write it as a browser would, without its query. */
export function isSettled(uri: string): boolean {
  return !uri.includes('?') && URL.parse(uri)?.href === uri;
}

/** A path that means the same to every router: no pattern, no quote, nothing encoded. */
export function isPlain(path: string): boolean {
  return /^\/[\w./~-]+$/.test(path);
}

function placeOf(uri: string): Omit<Callback, 'missingRedirectUri'> {
  const { origin, pathname, hostname, port } = new URL(uri);
  return { uri, origin, path: pathname, port: isLoopback(hostname) && port ? Number(port) : 3000 };
}

export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** What every guide of a web app begins with, where an address is missing. */
export function missing({ missingRedirectUri }: Callback): { missingRedirectUri?: string } {
  return missingRedirectUri === undefined ? {} : { missingRedirectUri };
}
