import type { Middleware } from 'koa';
import type { Provider } from 'oidc-provider';
import { aboutThisServer } from './about-this-server.ts';
import type { AdminDependencies } from './admin/administration.ts';
import { createApiRoutes } from './admin/api/routes.ts';
import { createResourceMetadataRoutes, resourceMetadataUrl } from './admin/resource-metadata/routes.ts';
import { findingOf } from './admin/subject.ts';
import { forgetting } from './apps/app-cache.ts';
import { searchAudit } from './audit/search.ts';
import { createConsoleRoutes } from './console/routes.ts';
import type { Trial } from './console/trial/trial.ts';
import type { Told } from './console/visit.ts';
import type { Limit, Limiter } from './http/rate-limit.ts';
import { createSealedCookie } from './http/sealed-cookie.ts';
import { createApiAuthentication } from './oidc/api-authentication.ts';
import { createApiCallers } from './oidc/api-caller.ts';
import { createApiTokenVerifier } from './oidc/api-token.ts';
import { createProofNonces } from './oidc/dpop.ts';
import { createProofJudge } from './oidc/dpop-proof.ts';
import type { Consents } from './oidc/grants.ts';
import { mtlsAuthMethods } from './oidc/mtls.ts';
import { createReplays } from './oidc/replays.ts';
import { openMailer } from './open-mail.ts';
import type { OpenedSessions } from './open-sessions.ts';
import { openSigningKeyring } from './open-signing-keys.ts';
import type { RoomDependencies } from './rooms.ts';
import type { Secret } from './secret/secret.ts';
import { version } from './version.ts';

export interface AdministrationParts extends OpenedSessions {
  /** The installation's signing keys of the moment: tokens for the API are verified here. */
  keys: Parameters<typeof createApiTokenVerifier>[0]['keys'];
  provider: Provider;
  consents: Consents;
  createLimiter: (limit: Limit) => Limiter;
  /** Counts what one person does at the console. */
  accountLimiter: Limiter;
}

/** The doors to administration: the API and the console. None where the settings say that this server has none. */
export function openAdministration(
  dependencies: RoomDependencies,
  { keys, createLimiter, accountLimiter, provider, consents, ...opened }: AdministrationParts,
): Middleware[] {
  const { config, secret, storage, passkeys, apps, outbound, audit, readPage, about, every, now } =
    dependencies;
  if (!config.administration) return [];
  const { issuer, signUp } = config;
  const { vault, subjectOf } = opened;
  const { artifacts, accounts, signIns } = storage;
  const admin: AdminDependencies = {
    ...opened,
    storage: { ...storage, apps: forgetting(storage.apps, apps) },
    administration: passkeys.as('administration'),
    hash: secret.hash,
    mail: openMailer({ config, secret, storage, now }),
    issuer,
    askAddress: outbound.ask,
    examineAddress: outbound.examine,
    searchAudit: (search) => searchAudit({ storage, secret }, search),
    server: aboutThisServer({ config, storage, ...about }),
    signingKeys: openSigningKeyring({ config, storage, secret, record: audit.record, now }),
    signUp,
    audit,
    now,
  };
  // Changes that a process broke off, here or elsewhere, are closed by looking at what came of them.
  every(60_000, async () => {
    await audit.closeOpenIntents((intent) => findingOf(admin, intent));
  });
  const verify = createApiTokenVerifier({ issuer, keys, now });
  const api = createApiRoutes({
    admin,
    authenticate: createApiAuthentication({
      findCaller: createApiCallers({
        ...{ verify, findApp: apps.findNow, accounts, artifacts, vault, subjectOf, now },
      }),
      ...proofs({ secret, artifacts, vault, now }),
      issuer,
      resourceMetadataUrl: resourceMetadataUrl(issuer),
    }),
    idempotency: { artifacts, vault, hashes: secret.hashes, now },
    // What one caller asks from one address.
    limiter: createLimiter({ attempts: config.rateLimit * 10, seconds: 60 }),
    readPage,
    version,
  });
  const console = createConsoleRoutes({
    provider,
    accounts,
    signIns,
    admin,
    told: createSealedCookie<Told>({ secret, now }, { name: 'told', minutes: 5 }),
    trial: createSealedCookie<Trial>({ secret, now }, { name: 'trial', minutes: 15 }),
    trialKeys: dependencies.trialKeys,
    consents,
    readPage,
    certificateMethods: mtlsAuthMethods(config),
    limiter: accountLimiter,
    issuer,
    now,
  });
  return [api, createResourceMetadataRoutes(issuer), console].flatMap((router) => [
    router.routes(),
    router.allowedMethods(),
  ]) as Middleware[];
}

/** What our API takes beside a token that is bound to a key. */
function proofs({ secret, artifacts, vault, now }: Parameters<typeof createReplays>[0] & { secret: Secret }) {
  const nonces = createProofNonces(() => secret.proofNonceSecret, now);
  const remember = createReplays({ artifacts, vault, now });
  return { nonces, judgeProof: createProofJudge({ nonces, remember, now }) };
}
