import type { z } from 'zod';
import type { App, AppKind } from './app.ts';
import { frameUriProblem, logoutUriProblem } from './logout-uri.ts';
import { redirectUriProblem } from './redirect-uri.ts';
import type { AppSecurity } from './security.ts';
import { usesKeys } from './security-rules.ts';

/** What was said of an app, of which each kind may say only some. */
type Said = Pick<App, 'kind' | 'pkce' | 'redirectUris' | 'postLogoutRedirectUris'> & {
  tokenEndpointAuthMethod?: string | undefined;
  security?: AppSecurity | undefined;
} & {
  [Name in
    | 'scopes'
    | 'defaultAcrValues'
    | 'allowedGroups'
    | 'claims'
    | 'apiScopes'
    | 'forwardAuth'
    | 'tokenExchange']?: unknown;
};

type Context<T = Said> = Pick<z.core.$RefinementCtx<T>, 'addIssue'>;

const hasSecret = (kind: AppKind) => kind === 'web' || kind === 'machine';
/** Those whose people come back to addresses that somebody has to name. */
const hasRedirects = (kind: AppKind) => kind === 'web' || kind === 'browser' || kind === 'native';

export function checkAddresses(app: Said, context: Context): void {
  for (const field of ['redirectUris', 'postLogoutRedirectUris'] as const)
    for (const [index, uri] of app[field].entries()) {
      const problem = redirectUriProblem(uri, app.kind);
      if (problem) context.addIssue({ code: 'custom', path: [field, index], message: `${uri} ${problem}` });
    }
  if (app.kind === 'proxied' && app.redirectUris.length > 0)
    context.addIssue({
      code: 'custom',
      path: ['redirectUris'],
      message: 'are not needed: they follow from forwardAuth.origins',
    });
  if (hasRedirects(app.kind) && app.redirectUris.length === 0)
    context.addIssue({ code: 'custom', path: ['redirectUris'], message: 'must have at least one address' });
}

/** What does not go together with the kind of app, each with its reason. */
export function checkKind(app: Said, context: Context): void {
  for (const [field, message] of objections(app))
    context.addIssue({ code: 'custom', path: [field], message });
}

function* objections(app: Said): Generator<[field: keyof Said, message: string]> {
  const { kind, tokenEndpointAuthMethod: method } = app;
  if (app.pkce !== 'required' && kind !== 'web')
    yield ['pkce', 'may be left out only by a web app, which has a secret (RFC 9700 §2.1.1)'];
  if (method && !hasSecret(kind))
    yield ['tokenEndpointAuthMethod', `is for apps with a secret: a ${kind} app has none`];
  if (app.apiScopes && kind === 'browser')
    yield ['apiScopes', 'are not for apps that run in the page alone: the token would lie open there'];
  if (app.tokenExchange && !hasSecret(kind))
    yield ['tokenExchange', `is for apps with a secret: a ${kind} app has none`];
  if (app.forwardAuth && kind !== 'proxied')
    yield ['forwardAuth', 'is for apps of kind proxied, which know nothing of OpenID Connect'];
  if (kind === 'proxied') yield* objectionsToProxied(app);
  if (kind === 'machine') yield* objectionsToMachine(app);
  else if (Array.isArray(app.scopes) && !app.scopes.includes('openid'))
    yield ['scopes', 'must include openid'];
}

function* objectionsToMachine(app: Said): Generator<[field: keyof Said, message: string]> {
  if (app.scopes) yield ['scopes', 'are about people: a machine has none'];
  if (app.defaultAcrValues) yield ['defaultAcrValues', 'are not needed: nobody signs in to a machine'];
  if (app.allowedGroups) yield ['allowedGroups', 'are not needed: nobody signs in to a machine'];
  if (app.claims) yield ['claims', 'are about people: a machine is told of none'];
}

interface HasKeys {
  kind: AppKind;
  tokenEndpointAuthMethod?: string | undefined;
  jwks?: { keys: readonly object[] } | undefined;
  jwksUri?: string | undefined;
  security?: AppSecurity | undefined;
}

/** The public keys of an app, here or at an address of its own (RFC 7591 §2). */
export function checkKeys(app: HasKeys, context: Context<HasKeys>): void {
  for (const [field, message] of objectionsToKeys(app))
    context.addIssue({ code: 'custom', path: [field], message });
}

function* objectionsToKeys(app: HasKeys): Generator<[field: keyof HasKeys, message: string]> {
  const { kind, tokenEndpointAuthMethod: method, jwks, jwksUri } = app;
  const forWhat = 'for apps with tokenEndpointAuthMethod private_key_jwt, signed requests or encryption';
  const proves = method === 'private_key_jwt' || method === 'self_signed_tls_client_auth';
  if (proves && !jwks && jwksUri === undefined)
    yield ['jwks', 'must be given: what the app shows is verified with these keys'];
  if (method === 'self_signed_tls_client_auth' && jwks && !jwks.keys.some((key) => 'x5c' in key))
    yield ['jwks', 'must hold a certificate (x5c): the app shows that one (RFC 8705 §2.2)'];
  if (jwks && !usesKeys(app)) yield ['jwks', `are ${forWhat}`];
  if (jwksUri === undefined) return;
  if (!usesKeys(app)) yield ['jwksUri', `is ${forWhat}`];
  if (jwks) yield ['jwksUri', 'must not stand beside jwks: the keys are here or there'];
  // A machine has no redirect address, and its keys lie where an app with a server has them.
  const problem = redirectUriProblem(jwksUri, kind === 'machine' ? 'web' : kind);
  if (problem) yield ['jwksUri', `${jwksUri} ${problem}`];
}

function* objectionsToProxied(app: Said): Generator<[field: keyof Said, message: string]> {
  if (!app.forwardAuth)
    yield [
      'forwardAuth',
      'must be given, with the origins of the site (at the command `--origin`): its gateway asks us about these',
    ];
  if (app.apiScopes) yield ['apiScopes', 'are not for apps that know nothing of tokens'];
  if (app.defaultAcrValues) yield ['defaultAcrValues', 'are not needed: say it as acr in forwardAuth'];
  if (Array.isArray(app.scopes) && app.scopes.includes('offline_access'))
    yield ['scopes', 'must not include offline_access: people are there, or are not'];
}

interface ToldOfSignOuts {
  kind: AppKind;
  redirectUris: readonly string[];
  backchannelLogoutUri?: string | undefined;
  backchannelLogoutSessionRequired?: boolean | undefined;
  frontchannelLogoutUri?: string | undefined;
  frontchannelLogoutSessionRequired?: boolean | undefined;
}

const channels = [
  ['backchannelLogoutUri', 'backchannelLogoutSessionRequired', logoutUriProblem],
  ['frontchannelLogoutUri', 'frontchannelLogoutSessionRequired', frameUriProblem],
] as const;

export function checkLogout(app: ToldOfSignOuts, context: Context<ToldOfSignOuts>): void {
  for (const [address, session, problemOf] of channels) {
    const uri = app[address];
    const problem = uri === undefined ? undefined : problemOf(uri, app);
    if (problem) context.addIssue({ code: 'custom', path: [address], message: `${uri} ${problem}` });
    if (uri === undefined && app[session])
      context.addIssue({
        code: 'custom',
        path: [session],
        message: `needs a ${address}: there the app is told`,
      });
  }
}
