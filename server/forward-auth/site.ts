import type { App } from '../apps/app.ts';
import { type ForwardAuth, isPlainPath } from '../apps/forward-auth.ts';

/** A site behind a gateway: an app, where it was asked for. */
export interface Site {
  app: App;
  origin: string;
  rules: ForwardAuth;
}

/** The site at an origin, if an app is there. */
export async function findSite(
  { apps }: { apps: { findByOrigin(origin: string): Promise<App | undefined> } },
  origin: string,
): Promise<Site | undefined> {
  const app = await apps.findByOrigin(origin);
  // What is kept of apps may be a moment old, and is asked for by what it says itself.
  return app?.forwardAuth?.origins.includes(origin) ? { app, origin, rules: app.forwardAuth } : undefined;
}

/** Whether anybody may ask for it. A path that software might read in more than one way is not open. */
export function isOpen({ rules: { openPaths = [] } }: Pick<Site, 'rules'>, uri: string): boolean {
  const [path = ''] = uri.split('?', 1);
  if (openPaths.length === 0 || !isPlainPath(path)) return false;
  return openPaths.some((open) => (open.endsWith('/') ? path.startsWith(open) : path === open));
}
