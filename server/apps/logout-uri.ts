import type { AppKind } from './app.ts';
import { redirectUriProblem } from './redirect-uri.ts';

/**
 * Why the server must not be told to post logout tokens to an address (OIDC Back-Channel Logout 1.0 §2.2), as the rest
 * of a sentence that begins with the address; `undefined` if it may. Whether the address leads into a private network
 * is looked at when it is used: names lead elsewhere tomorrow.
 */
export function logoutUriProblem(uri: string, { kind }: { kind: AppKind }): string | undefined {
  if (kind === 'machine') return 'is not needed: nobody signs in to a machine';
  if (kind === 'native' || kind === 'device')
    return 'is not possible: an app on a device has no server that could be told';
  if (kind === 'proxied') return 'is not needed: its gateway asks us each time, and is told at once';
  return redirectUriProblem(uri, kind);
}

/**
 * The same of an address that a browser loads in a hidden frame (OIDC Front-Channel Logout 1.0 §2). An app that shares
 * nothing with a redirect address could not have signed anybody in there.
 */
export function frameUriProblem(
  uri: string,
  { kind, redirectUris }: { kind: AppKind; redirectUris: readonly string[] },
): string | undefined {
  if (kind === 'machine') return 'is not needed: nobody signs in to a machine';
  if (kind === 'native' || kind === 'device')
    return 'is not possible: an app on a device has no page that a browser could load';
  if (kind === 'proxied') return 'is not needed: its gateway asks us each time, and is told at once';
  const problem = redirectUriProblem(uri, kind);
  if (problem) return problem;
  const { origin } = new URL(uri);
  return redirectUris.some((redirect) => URL.parse(redirect)?.origin === origin)
    ? undefined
    : 'must have the scheme, host and port of a redirect address (OIDC Front-Channel Logout 1.0 §2)';
}
