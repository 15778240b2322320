import type { JWK } from 'jose';
import {
  type Client,
  type Configuration,
  type ErrorOut,
  type errors,
  type KoaContextWithOIDC,
  Provider,
  type Account as ProviderAccount,
} from 'oidc-provider';
import { scopeClaims, scopes } from '../accounts/claims.ts';
import { extraClientMetadata } from '../apps/client-metadata.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Keyring } from '../secret/keyring.ts';
import { acrValues } from '../sign-ins/acr.ts';
import type { Basis } from '../sign-ins/standing.ts';
import { type AdapterDependencies, createAdapterFactory } from './adapter.ts';
import { answering } from './availability.ts';
import { type Consents, createGrantLoader } from './grants.ts';
import { createLifetimes } from './lifetimes.ts';
import { endWithoutBasis, keepSessionsByUid, keepSignInIds } from './models.ts';
import { createInteractionPolicy } from './policy.ts';
import { reportErrors } from './report.ts';
import { requireAllowedClaims } from './requested-claims.ts';

/** What people see of oidc-provider: our pages instead of its own. */
export interface ProviderPages {
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: errors.OIDCProviderError | Error): void;
  /** `xsrf` must come back with `logout=yes`, posted to `action`. */
  signOut(ctx: KoaContextWithOIDC, form: { action: string; xsrf: string }): void;
  signedOut(ctx: KoaContextWithOIDC): void;
}

export interface ProviderDependencies {
  config: Pick<Config, 'issuer' | 'lifetimes'>;
  keys: { keys: JWK[] };
  cookieKeyring: Keyring;
  adapter: AdapterDependencies;
  consents: Consents;
  findAccount: (sub: string) => Promise<ProviderAccount | undefined>;
  isStanding: (basis: Basis) => Promise<boolean>;
  /** Compares a client secret with the hashes that are kept of it. */
  secretMatches: (clientId: string, presented: string) => Promise<boolean>;
  pages: ProviderPages;
  log: Log;
}

/** The identity provider: oidc-provider, told what we want. */
export function createProvider(dependencies: ProviderDependencies): Provider {
  const { config, secretMatches, log } = dependencies;
  const provider = new Provider(config.issuer, configuration(dependencies));
  // The front door has cleaned the forwarded headers, so what they say here is what we put there.
  provider.proxy = true;
  keepSignInIds(provider);
  keepSessionsByUid(provider);
  endWithoutBasis(provider, answering(dependencies.isStanding));
  const matches = answering(secretMatches);
  provider.Client.prototype.compareClientSecret = function compare(this: Client, presented: string) {
    return matches(this.clientId, presented);
  };
  reportErrors(provider, log);
  provider.use(sayWhenToRetry);
  return provider;
}

async function sayWhenToRetry(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.status === 503) ctx.set('Retry-After', '5');
}

function configuration(dependencies: ProviderDependencies): Configuration {
  const { config, keys, adapter, consents, findAccount } = dependencies;
  return {
    adapter: createAdapterFactory(adapter),
    jwks: keys,
    findAccount: answering((_ctx, sub) => findAccount(sub)),
    loadExistingGrant: answering(createGrantLoader(consents)),
    ttl: createLifetimes(config),
    interactions: { policy: createInteractionPolicy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    acrValues,
    claims: Object.fromEntries(Object.entries(scopeClaims)),
    scopes,
    subjectTypes: ['public'],
    responseTypes: ['code', 'none'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
    extraClientMetadata: { properties: [...extraClientMetadata] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256', 'PS256'] },
    cookies: cookies(dependencies),
    features: features(dependencies.pages),
    pkce: { required: pkceRequired },
    // OIDC Core §3.1.2.1: always sent, always compared.
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    // Without offline_access a refresh token ends with the session (OIDC Core §11 leaves both to us).
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async (_ctx, source) => !source.scopes.has('offline_access'),
    clientBasedCORS: mayReadFrom,
    clockTolerance: 5,
    renderError: (ctx, out, error) => dependencies.pages.error(ctx, out, error),
  };
}

function cookies({ config, cookieKeyring }: ProviderDependencies): NonNullable<Configuration['cookies']> {
  const secure = config.issuer.startsWith('https:');
  // __Host- wants the path /, which the two short cookies do not have.
  const names = secure
    ? { session: '__Host-session', interaction: '__Secure-interaction', resume: '__Secure-resume' }
    : { session: 'session', interaction: 'interaction', resume: 'resume' };
  const options = { signed: true, httpOnly: true, sameSite: 'lax', secure } as const;
  return { keys: cookieKeyring, names, long: options, short: options };
}

function features(pages: ProviderPages): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: { enabled: false },
    claimsParameter: { enabled: true, assertClaimsParameter: requireAllowedClaims },
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: ownsToken },
    introspection: { enabled: true, allowedPolicy: ownsToken },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => pages.signOut(ctx, formFields(form)),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
  };
}

/** An app learns of, and ends, only the tokens that belong to it or are meant for it (RFC 7662 §4). */
async function ownsToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  token: { clientId?: string | undefined; aud?: string | string[] | undefined },
): Promise<boolean> {
  return token.clientId === client.clientId || [token.aud].flat().includes(client.clientId);
}

/** RFC 9700 §2.1.1: a confidential app that uses a nonce may do without, if an administrator says so. */
function pkceRequired({ oidc }: KoaContextWithOIDC, client: Client): boolean {
  const optional = client.latchkey_pkce === 'optional' && client.clientAuthMethod !== 'none';
  return !(optional && oidc.params?.nonce);
}

/** Scripts may ask from the origins that the app's redirect addresses have; never from `null`. */
function mayReadFrom(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  const public_ = client.clientAuthMethod === 'none' || ctx.oidc.route === 'userinfo';
  return (
    public_ &&
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin && origin !== 'null')
  );
}

/** oidc-provider hands over its form as text; ours has a look of its own. */
function formFields(form: string): { action: string; xsrf: string } {
  const action = /action="([^"]+)"/.exec(form)?.[1];
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1];
  if (!action || !xsrf) throw new Error('the sign-out form of oidc-provider has changed');
  return { action, xsrf };
}
