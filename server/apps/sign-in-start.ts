import type { z } from 'zod';
import type { App, AppKind } from './app.ts';
import { redirectUriProblem } from './redirect-uri.ts';

interface Said {
  kind: AppKind;
  defaultMaxAge?: number | undefined;
  initiateLoginUri?: string | undefined;
}

/** How and where a sign-in to an app begins, as far as apps of its kind have a say in it. */
export function checkStart(app: Said, context: Pick<z.core.$RefinementCtx<Said>, 'addIssue'>): void {
  for (const [field, message] of objections(app))
    context.addIssue({ code: 'custom', path: [field], message });
}

function* objections({
  kind,
  defaultMaxAge,
  initiateLoginUri: uri,
}: Said): Generator<[field: keyof Said, message: string]> {
  if (defaultMaxAge !== undefined && kind === 'machine')
    yield ['defaultMaxAge', 'is not needed: nobody signs in to a machine'];
  if (defaultMaxAge !== undefined && kind === 'proxied')
    yield ['defaultMaxAge', 'is for apps that ask for sign-ins: a site goes by its session lifetime'];
  const problem = uri === undefined ? undefined : startProblem(uri, kind);
  if (problem) yield ['initiateLoginUri', `${uri} ${problem}`];
}

/** OIDC Core §4: a page at the app, which a browser is sent to. */
function startProblem(uri: string, kind: AppKind): string | undefined {
  if (kind === 'proxied') return 'is not needed: a site sends whoever comes to sign in by itself';
  return /^https?:/i.test(uri)
    ? redirectUriProblem(uri, kind)
    : 'is not an address such as https://app.example.com/login';
}

/** Where a person begins to sign in to an app, which is told who signs them in (OIDC Core §4). */
export function startUrl(
  { initiateLoginUri }: Pick<App, 'initiateLoginUri'>,
  issuer: string,
): string | undefined {
  if (initiateLoginUri === undefined) return undefined;
  const url = new URL(initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url.href;
}
