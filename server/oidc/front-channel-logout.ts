/** Apps that are told of a sign-out in the browser (OIDC Front-Channel Logout 1.0), of which oidc-provider has nothing. */
import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ProviderPages } from './provider.ts';

/** What discovery says of it (§3). */
export const frontChannelDiscovery = {
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
} as const;

/** An app that the browser had signed in to, and what it loads to sign out there. */
interface Frame {
  appId: string;
  uri: string;
}

/**
 * In the place of the redirect that ends a sign-out, where an app wants to be told, stands a page that loads the apps'
 * addresses and goes on by itself. No app is waited for by the server, and the session is over before.
 */
export function tellInBrowser(provider: Provider, { signingOut }: Pick<ProviderPages, 'signingOut'>): void {
  provider.Client.prototype.includeSid = includeSid;
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    if (ctx.method !== 'POST' || ctx.path !== '/session/end/confirm') return next();
    // Afterwards the session holds nothing of them any more.
    const leaving = await whoLeaves(provider, ctx);
    await next();
    if (ctx.status !== 303 || !leaving) return;
    const left = leaving.frames.filter(({ appId }) => ctx.oidc.params?.logout || appId === leaving.asked);
    if (left.length === 0) return;
    const goesTo = ctx.response.get('Location');
    ctx.remove('Location');
    signingOut(ctx, { frames: left.map(({ uri }) => uri), goesTo });
  });
}

/** Its ID tokens name the session where either channel does. */
function includeSid(this: Client): boolean {
  const inBack = this.backchannelLogoutUri && this.backchannelLogoutSessionRequired;
  return Boolean(inBack || (this.frontchannel_logout_uri && this.frontchannel_logout_session_required));
}

/** `asked` is the app that is left alone, where the person stays signed in otherwise. */
async function whoLeaves(
  provider: Provider,
  { req, res }: KoaContextWithOIDC,
): Promise<{ asked: string | undefined; frames: Frame[] } | undefined> {
  try {
    const { authorizations = {}, state } = await provider.Session.get(provider.createContext(req, res));
    const apps = Object.entries(authorizations).filter(([, { grantId }]) => grantId);
    const frames = await Promise.all(apps.map(([appId, { sid }]) => frameOf(provider, { appId, sid })));
    return {
      asked: state?.clientId as string | undefined,
      frames: frames.filter((frame) => frame !== undefined),
    };
  } catch {
    // What ails the storage is for oidc-provider to say, which reads the same session next.
    return undefined;
  }
}

async function frameOf(
  provider: Provider,
  { appId, sid }: { appId: string; sid?: string | undefined },
): Promise<Frame | undefined> {
  const client = await provider.Client.find(appId);
  const uri = client?.frontchannel_logout_uri;
  if (typeof uri !== 'string') return undefined;
  if (!client?.frontchannel_logout_session_required || sid === undefined) return { appId, uri };
  const session = new URLSearchParams({ iss: provider.issuer, sid });
  return { appId, uri: `${uri}${uri.includes('?') ? '&' : '?'}${session}` };
}
