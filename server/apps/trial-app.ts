/** An app's stand-in, with which an administrator runs a whole sign-in to see what the app would get. */
import type { App } from './app.ts';
import type { AppCache } from './app-cache.ts';
import { sectorOf } from './sector.ts';
import { securityInForce } from './security.ts';
import { usesKeys } from './security-rules.ts';
import type { TrialKeys } from './trial-keys.ts';

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
 * How a stand-in proves who it is. A secret, or a certificate, is the app's alone: without it a stand-in proves nothing,
 * unless its profile takes nobody who does not (FAPI 2.0).
 */
export function trialMethod({
  tokenEndpointAuthMethod,
  security,
}: Pick<App, 'tokenEndpointAuthMethod' | 'security'>): 'private_key_jwt' | 'none' {
  const { isFapi } = securityInForce(security ? { security } : {});
  return isFapi || tokenEndpointAuthMethod === 'private_key_jwt' ? 'private_key_jwt' : 'none';
}

/** Whether a stand-in needs keys of its own in the place of the app's. */
const needsKeys = (app: App): boolean =>
  usesKeys({ tokenEndpointAuthMethod: trialMethod(app), security: app.security });

type Keys = NonNullable<App['jwks']>;

/**
 * People sign in to it by the same rules, it asks and is answered as carefully, and it is told the same; it has keys of its
 * own in the place of the app's, no secret and no certificate, nobody is told of its end, and it does nothing else.
 */
export function trialOf(app: App, { issuer, keys }: { issuer: string; keys?: Keys }): App | undefined {
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
    initiateLoginUri: _start,
    ...kept
  } = app;
  const sector = sectorOf(app);
  const tokenEndpointAuthMethod = trialMethod(app);
  return {
    ...kept,
    ...(keys && { jwks: keys }),
    // Its own address is another one, and people are known to it as to the app.
    ...(sector !== undefined && { sectorIdentifierUri: `https://${sector}/` }),
    id: trialId(app.id),
    kind: tokenEndpointAuthMethod === 'none' ? 'browser' : 'web',
    grantTypes: app.grantTypes.filter((each) => signInGrants.has(each)),
    secrets: [],
    tokenEndpointAuthMethod,
    redirectUris: [trialRedirectUri(issuer)],
    postLogoutRedirectUris: [],
    pkce: 'required',
    origin: 'builtin',
  };
}

/** The apps that are known, and a stand-in for each. */
export function withTrials(
  apps: AppCache,
  { issuer, keys }: { issuer: string; keys: Pick<TrialKeys, 'publicKeys'> },
): AppCache {
  const standIn = async (app: App) =>
    trialOf(app, { issuer, ...(needsKeys(app) && { keys: await keys.publicKeys() }) });
  const through = (find: AppCache['find']) => async (id: string) => {
    const tried = ofTrial(id);
    if (tried === undefined) return find(id);
    const app = await find(tried);
    return app && standIn(app);
  };
  return { ...apps, find: through(apps.find), findNow: through(apps.findNow) };
}
