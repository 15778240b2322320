import { reaches } from '../sign-ins/acr.ts';
import { type IdentityDependencies, identityFor, noIdentity } from './identity.ts';
import { isOpen, type Site } from './site.ts';
import type { SiteSession, SiteSessions } from './site-session.ts';

export interface DecisionDependencies extends IdentityDependencies {
  siteSessions: Pick<SiteSessions, 'find'>;
}

/** What becomes of a request: it goes on with these headers, somebody has to sign in first, or they may not. */
export type Decision = { headers: Readonly<Record<string, string>> } | 'sign_in' | 'not_allowed';

interface Visitor {
  uri: string;
  /** What the cookie of the site holds. */
  cookie: string | undefined;
  isNavigation: boolean;
}

export async function decide(
  dependencies: DecisionDependencies,
  site: Site,
  { uri, cookie, isNavigation }: Visitor,
): Promise<Decision> {
  if (isOpen(site, uri)) return { headers: noIdentity };
  const session = await dependencies.siteSessions.find(cookie, site.origin);
  if (!session || !isEnough(site, session)) return 'sign_in';
  if (isNavigation && session.renewsAt !== undefined && dependencies.now() >= session.renewsAt)
    return 'sign_in';
  const headers = await identityFor(dependencies, site, session);
  if (headers === 'gone') return 'sign_in';
  return headers === 'not_allowed' ? headers : { headers };
}

/** Rules may have changed since, and the site may be another app's now. */
function isEnough({ app, rules }: Site, session: SiteSession): boolean {
  return session.appId === app.id && (rules.acr === undefined || reaches(session.acr, [rules.acr]));
}
