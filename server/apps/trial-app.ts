/** An app's stand-in, with which an administrator runs a whole sign-in to see what the app would get. */
import type { App } from './app.ts';
import type { AppCache } from './app-cache.ts';
import { sectorOf } from './sector.ts';

// No administrator can give an app such an id.
const prefix = 'latchkey-trial.';

export const trialId = (appId: string): string => `${prefix}${appId}`;

/** The app that a trial is of; `undefined` for what is none. */
export const ofTrial = (id: string): string | undefined =>
  id.startsWith(prefix) ? id.slice(prefix.length) : undefined;

/** Where its answers go: to the console, which knows of the sign-in that it began, and of no other. */
export const trialRedirectUri = (issuer: string): string => `${issuer}/console/trial`;

/** What a sign-in ends with. */
const signInGrants = new Set(['authorization_code', 'refresh_token']);

/**
 * People sign in to it by the same rules, and it is told the same; it keeps no secret, nobody is told of its end, and it
 * does nothing else: whoever says that they are it is it.
 */
export function trialOf(app: App, issuer: string): App | undefined {
  if (!app.grantTypes.includes('authorization_code')) return undefined;
  const {
    backchannelLogoutUri: _uri,
    backchannelLogoutSessionRequired: _session,
    frontchannelLogoutUri: _frame,
    frontchannelLogoutSessionRequired: _frameSession,
    clientCertificate: _certificate,
    certificateBoundAccessTokens: _bound,
    jwks: _jwks,
    jwksUri: _keys,
    apiScopes: _api,
    forwardAuth: _forward,
    ciba: _ciba,
    tokenExchange: _exchange,
    security: _security,
    ...kept
  } = app;
  const sector = sectorOf(app);
  return {
    ...kept,
    // Its own address is another one, and people are known to it as to the app.
    ...(sector !== undefined && { sectorIdentifierUri: `https://${sector}/` }),
    id: trialId(app.id),
    kind: 'browser',
    grantTypes: app.grantTypes.filter((each) => signInGrants.has(each)),
    secrets: [],
    tokenEndpointAuthMethod: 'none',
    redirectUris: [trialRedirectUri(issuer)],
    postLogoutRedirectUris: [],
    pkce: 'required',
    origin: 'builtin',
  };
}

/** The apps that are known, and a stand-in for each. */
export function withTrials(apps: AppCache, issuer: string): AppCache {
  const through = (find: AppCache['find']) => async (id: string) => {
    const tried = ofTrial(id);
    if (tried === undefined) return find(id);
    const app = await find(tried);
    return app && trialOf(app, issuer);
  };
  return { ...apps, find: through(apps.find), findNow: through(apps.findNow) };
}
