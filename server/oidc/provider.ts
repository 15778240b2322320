import {
  type Configuration,
  type ErrorOut,
  type errors,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { scopeClaims, scopes } from '../accounts/claims.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { extraClientMetadata } from '../apps/client-metadata.ts';
import type { RefusalRecorder } from '../apps/refusal-recorder.ts';
import { appAlgorithms } from '../apps/security.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Keyring } from '../secret/keyring.ts';
import { acrValues } from '../sign-ins/acr.ts';
import type { Basis } from '../sign-ins/standing.ts';
import { type AdapterDependencies, createAdapterFactory } from './adapter.ts';
import { mayUse } from './admission.ts';
import { authorizationDetails, leaveTypesToApis } from './authorization-details.ts';
import { answering, sayWhenToRetry } from './availability.ts';
import { tellOfPartialEnds } from './back-channel-logout.ts';
import {
  type CibaDependencies,
  createCiba,
  issueRefreshToken,
  type Ping,
  pingBy,
  speakCiba,
  standIn,
} from './ciba.ts';
import { requireBoundAssertion } from './client-assertion.ts';
import { mayReadFrom, ownsToken, pkceRequired } from './client-rules.ts';
import { compareSecret } from './compare-secret.ts';
import { cookieSettings } from './cookie-settings.ts';
import { type DeviceInfo, deviceFlow, fillInUserCode, type UserCodeProblem } from './device-flow.ts';
import { announced } from './discovery.ts';
import { createEnough, type Enough, type EnoughDependencies } from './enough.ts';
import { exchangedClaims } from './exchanged-token.ts';
import { returnInteractionId, rotatesRefreshTokens } from './fapi.ts';
import type { FewPasskeysDependencies } from './few-passkeys.ts';
import { formFields } from './form-fields.ts';
import { tellInBrowser } from './front-channel-logout.ts';
import { type Consents, createGrantLoader } from './grants.ts';
import type { Impersonations } from './impersonations.ts';
import type { KeySet } from './keys.ts';
import { endWithoutBasis, keepSessionsByUid, keepSignInIds } from './models.ts';
import { type MtlsDependencies, mtlsAuthMethods, mtlsDiscovery, mtlsFeature } from './mtls.ts';
import { noteRefusals } from './note-refusals.ts';
import { tellOwnClaims } from './own-claims.ts';
import { createInteractionPolicy } from './policy.ts';
import { pacePolling } from './polling.ts';
import { createLifetimes } from './provider-lifetimes.ts';
import { answerWithOneSignIn, createQuote, type Quote, tokenClaims } from './quote.ts';
import { recordReuse, recordTokens, type TokenRecording } from './record-tokens.ts';
import { type RememberOnce, refuseReplays } from './replays.ts';
import { reportErrors } from './report.ts';
import { requireAllowedClaims } from './requested-claims.ts';
import { requestAlgorithms, requestFeatures } from './requests.ts';
import { createResources } from './resources.ts';
import type { SessionEnds } from './session-ends.ts';
import { signatureAlgorithms } from './signing-algorithms.ts';
import { accountOf, type SubjectDependencies, subjectSettings } from './subjects.ts';
import { allowTokenExchange } from './token-exchange.ts';
import { createIntrospectionPolicy } from './token-policy.ts';

/** What people see of oidc-provider: our pages instead of its own. */
export interface ProviderPages {
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: errors.OIDCProviderError | Error): void;
  /** `xsrf` must come back with `logout=yes`, posted to `action`. */
  signOut(ctx: KoaContextWithOIDC, form: { action: string; xsrf: string }): void;
  /** Loads these addresses of apps, and goes on. */
  signingOut(ctx: KoaContextWithOIDC, leaving: { frames: readonly string[]; goesTo: string }): void;
  signedOut(ctx: KoaContextWithOIDC): void;
  /** Asks for the code that a device shows; `typed` is what was there before, `problem` what is wrong with it. */
  userCode(
    ctx: KoaContextWithOIDC,
    form: { action: string; xsrf: string; typed?: string; problem?: UserCodeProblem },
  ): void;
  /** Posts `user_code` and `confirm=yes`, and `abort=yes` where it was not them. */
  confirmDevice(
    ctx: KoaContextWithOIDC,
    form: { action: string; xsrf: string; userCode: string; appName: string } & DeviceInfo,
  ): void;
  deviceConnected(ctx: KoaContextWithOIDC): void;
  deviceDeclined(ctx: KoaContextWithOIDC): void;
}

export interface ProviderDependencies extends Omit<MtlsDependencies, 'config'>, SubjectDependencies {
  config: Pick<
    Config,
    'issuer' | 'lifetimes' | 'mtls' | 'registration' | 'clientDocumentHosts' | 'signingKeys' | 'impersonation'
  >;
  keys: KeySet;
  cookieKeyring: Keyring;
  /** 32 bytes, the same at every instance; of the installation secret in use. */
  proofNonceSecret: Buffer;
  remember: RememberOnce;
  adapter: AdapterDependencies;
  /** The one way out. */
  fetch: NonNullable<Configuration['fetch']>;
  consents: Consents;
  /** Those that administrators define. */
  apis: ApiCache;
  /** Keeps what apps do wrong. */
  refusals: Pick<RefusalRecorder, 'note'>;
  /** Writes down what tokens apps get. */
  tokens: TokenRecording;
  impersonations: Impersonations;
  isStanding: (basis: Basis) => Promise<boolean>;
  /** Somebody signed in where nobody was signed in. */
  onSessionStarted: () => void;
  /** A person leaves one app, and stays signed in. */
  leave: SessionEnds['leave'];
  /** What groups and apps ask of the passkeys of a session. */
  enough: EnoughDependencies;
  fewPasskeys: FewPasskeysDependencies;
  /** Compares a client secret with the hashes that are kept of those of the app. */
  judgeSecret: (clientId: string, presented: string) => Promise<'valid' | 'expired' | 'unknown'>;
  /** Requests of apps without a browser. */
  ciba: CibaDependencies;
  ping: Ping;
  pages: ProviderPages;
  log: Log;
}

/** The identity provider: oidc-provider, told what we want. */
export function createProvider(dependencies: ProviderDependencies): Provider {
  const { config, judgeSecret, log } = dependencies;
  const enough = createEnough(dependencies.enough);
  const quote = createQuote(config, enough);
  const provider = new Provider(config.issuer, configuration(dependencies, { enough, quote }));
  // The front door has cleaned the forwarded headers, so what they say here is what we put there.
  provider.proxy = true;
  keepSignInIds(provider);
  keepSessionsByUid(provider);
  answerWithOneSignIn(provider, quote);
  const { isStanding, onSessionStarted: onStarted } = dependencies;
  endWithoutBasis(provider, { isStanding: answering(isStanding), onStarted });
  provider.Client.prototype.compareClientSecret = compareSecret(answering(judgeSecret));
  provider.Client.prototype.backchannelPing = pingBy(dependencies.ping);
  tellOfPartialEnds(provider, dependencies.leave);
  tellInBrowser(provider, dependencies.pages);
  pacePolling(provider, dependencies.adapter.now);
  reportErrors(provider, log);
  noteRefusals(provider, dependencies.refusals);
  recordTokens(provider, dependencies.tokens);
  recordReuse(provider, dependencies.tokens);
  refuseReplays(provider, dependencies.remember);
  tellOwnClaims(provider);
  leaveTypesToApis(provider);
  allowTokenExchange(provider, { ...dependencies, issuer: config.issuer, now: dependencies.adapter.now });
  provider.use(sayWhenToRetry);
  provider.use(fillInUserCode);
  provider.use(speakCiba);
  provider.use(returnInteractionId);
  return provider;
}

function configuration(
  dependencies: ProviderDependencies,
  { enough, quote }: { enough: Enough; quote: Quote },
): Configuration {
  const { config, keys, adapter, consents, apis } = dependencies;
  return {
    adapter: createAdapterFactory(adapter),
    jwks: keys,
    // What an app was given of a person is worth nothing once they may not use it any more.
    findAccount: answering(async (ctx, sub, token) => {
      const account = await accountOf(dependencies, ctx, sub);
      if (!token) return account ?? standIn(ctx, sub);
      return mayUse(ctx.oidc.client?.latchkey_allowed_groups, account) ? account : undefined;
    }),
    loadExistingGrant: answering(createGrantLoader({ consents, apis, quote, enough })),
    ttl: createLifetimes(config),
    interactions: {
      policy: createInteractionPolicy({
        quote,
        enough,
        fewPasskeys: dependencies.fewPasskeys,
      }),
      url: (_ctx, { uid }) => `/interaction/${uid}`,
    },
    acrValues,
    discovery: { ...announced(config), ...mtlsDiscovery(config) },
    claims: Object.fromEntries(Object.entries(scopeClaims)),
    extraTokenClaims: (ctx, token) => exchangedClaims(token) ?? tokenClaims(ctx, token),
    scopes,
    ...subjectSettings(dependencies),
    responseTypes: ['code', 'none'],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
      ...mtlsAuthMethods(config),
    ],
    assertJwtClientAuthClaimsAndHeader: requireBoundAssertion,
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
    extraClientMetadata: { properties: [...extraClientMetadata] },
    enabledJWA: {
      clientAuthSigningAlgValues: [...appAlgorithms],
      ...requestAlgorithms(signatureAlgorithms(config)),
    },
    cookies: cookieSettings(dependencies),
    features: features(dependencies),
    pkce: { required: pkceRequired },
    // OIDC Core §3.1.2.1: always sent, always compared.
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: ({ oidc }) => rotatesRefreshTokens(oidc.client),
    // Without offline_access a refresh token ends with the session (OIDC Core §11 leaves both to us).
    issueRefreshToken,
    expiresWithSession: async (_ctx, source) => !source.scopes.has('offline_access'),
    clientBasedCORS: mayReadFrom,
    // FAPI 2.0 Security Profile §5.3.2.1: what an app signs may be of a clock that is ahead by up to 10 seconds.
    clockTolerance: 10,
    fetch: dependencies.fetch,
    renderError: (ctx, out, error) => dependencies.pages.error(ctx, out, error),
  };
}

function features(dependencies: ProviderDependencies): NonNullable<Configuration['features']> {
  const { apis, ciba, pages } = dependencies;
  return {
    devInteractions: { enabled: false },
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    ...requestFeatures(dependencies),
    resourceIndicators: createResources(apis),
    richAuthorizationRequests: authorizationDetails(apis),
    deviceFlow: deviceFlow(pages, dependencies),
    ciba: createCiba(ciba),
    claimsParameter: { enabled: true, assertClaimsParameter: requireAllowedClaims },
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: ownsToken },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(dependencies) },
    backchannelLogout: { enabled: true },
    mTLS: mtlsFeature(dependencies),
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => pages.signOut(ctx, formFields(form)),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
  };
}
