/** Wires the rooms together: storage and settings in, one piece of koa middleware out. */

import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { AccountData } from '../views/pages/account.ts';
import { claimsOf } from './accounts/claims.ts';
import { withoutInvitations } from './accounts/invitation.ts';
import { createAccountRoutes } from './accounts/routes.ts';
import { linkId } from './admin/links.ts';
import type { AppCache } from './apps/app-cache.ts';
import { secretMatches } from './apps/app-secret.ts';
import { clientMetadata } from './apps/client-metadata.ts';
import type { Audit } from './audit/audit.ts';
import type { Config } from './config.ts';
import { createEnrolmentRoutes } from './enrolment/routes.ts';
import type { TypedProfile } from './enrolment/typed-profile.ts';
import { ConfigError } from './errors.ts';
import { createHomeRoutes } from './home/routes.ts';
import type { ReadPage } from './http/page.ts';
import { createMemoryLimiter, limitByAddress } from './http/rate-limit.ts';
import { createSealedCookie } from './http/sealed-cookie.ts';
import { createInteractionRoutes } from './interactions/routes.ts';
import type { Log } from './log.ts';
import { listConnectedApps } from './oidc/connected-apps.ts';
import { createConsents } from './oidc/grants.ts';
import { openSigningKeys } from './oidc/keys.ts';
import { longestLife } from './oidc/lifetimes.ts';
import { createProviderPages } from './oidc/pages.ts';
import { createProvider, type ProviderDependencies } from './oidc/provider.ts';
import { protocolEndpoints, redirectPost } from './oidc/routes.ts';
import { createSessions } from './oidc/sessions.ts';
import { createVault } from './oidc/vault.ts';
import type { OpenPasskeyManager } from './passkeys/create-manager.ts';
import { openReceiptKeys } from './receipts/keys.ts';
import { type ReceiptKeys, receiptKeysIn, receiptKeysOf } from './receipts/pinned-keys.ts';
import { passkeyManagerName } from './receipts/receipt.ts';
import { rememberKeys } from './receipts/remembered-keys.ts';
import { createReceiptVerifier } from './receipts/verifier.ts';
import type { Secret } from './secret/secret.ts';
import { createPasskeyFollower } from './sign-ins/follow-passkeys.ts';
import { isStanding } from './sign-ins/standing.ts';
import type { Storage } from './storage.ts';

export interface RoomDependencies {
  config: Config;
  secret: Secret;
  storage: Storage;
  passkeys: OpenPasskeyManager;
  apps: AppCache;
  audit: Audit;
  log: Log;
  readPage: ReadPage;
  /** Does something again and again until the server stops. */
  every: (ms: number, chore: () => Promise<void>) => void;
  /** Starts the demo app unless it runs, and tells its address. */
  startDemo?: () => Promise<string>;
  now: () => number;
}

export async function openRooms(dependencies: RoomDependencies): Promise<Middleware> {
  const { config, secret, storage, passkeys, apps, audit, readPage, now } = dependencies;
  const { accounts, artifacts, signIns, groups, invitations } = storage;
  const vault = createVault(secret);
  const consents = createConsents({ artifacts, vault });
  const sessions = createSessions({ artifacts, signIns, vault, now });
  const manager = passkeys.as('provider');
  const receipts = await openReceiptVerifier(dependencies);
  const provider = createProvider({
    ...(await providerDependencies(dependencies, { vault, consents })),
    isStanding: (basis) => isStanding({ accounts, manager }, basis),
  });
  const createLimiter = storage.createLimiter ?? createMemoryLimiter;
  const accountLimiter = createLimiter({ attempts: Math.ceil(config.rateLimit / 4), seconds: 60 });
  const findApp = apps.find;
  const shared = {
    config,
    provider,
    manager,
    receipts,
    mac: secret.mac,
    accounts,
    signIns,
    groups,
    consents,
    sessions,
    audit,
    readPage,
    findApp,
    accountLimiter,
    now,
  };
  const enrolment = {
    ...shared,
    invitations: config.signUp === 'closed' ? withoutInvitations(invitations) : invitations,
    enrolment: passkeys.as('enrolment'),
    linkId: (token: string) => linkId(secret.hash, token),
    endSessions: ({ sub }: { sub: string }) => sessions.endAll(sub),
    typedProfile: createSealedCookie<TypedProfile>({ secret, now }, { name: 'profile', minutes: 15 }),
  };
  const connected = (sub: string) => listConnectedApps({ artifacts, consents, vault }, sub);
  const routers = [
    createHomeRoutes({
      ...shared,
      ...(dependencies.startDemo ? { startDemo: dependencies.startDemo } : undefined),
    }),
    createInteractionRoutes(enrolment),
    createEnrolmentRoutes(enrolment),
    createAccountRoutes({ ...shared, news: createNews(dependencies), listConnectedApps: connected }),
  ];
  // Last: rooms that did not open are opened again.
  dependencies.every(1000, createPasskeyFollower({ ...shared, lookBack: longestLife(config) * 1000 }));
  return compose([
    limitByAddress({
      people: createLimiter({ attempts: config.rateLimit, seconds: 60 }),
      apps: createLimiter({ attempts: config.rateLimit * 10, seconds: 60 }),
    }),
    redirectPost,
    protocolEndpoints(provider),
    ...routers.flatMap((router) => [router.routes(), router.allowedMethods()] as Middleware[]),
  ]);
}

function createNews({ secret, now }: RoomDependencies) {
  type News = NonNullable<AccountData['news']>;
  return createSealedCookie<News>({ secret, now }, { name: 'news', minutes: 5 });
}

async function openReceiptVerifier(dependencies: RoomDependencies) {
  const { config, audit, log, now } = dependencies;
  return createReceiptVerifier({
    keys: await believedKeys(dependencies),
    issuer: passkeyManagerName,
    audience: config.issuer,
    caller: 'provider',
    now,
    onRefused(reason, { purpose, passkeyId }) {
      if (reason === 'receipt signed by an unknown key')
        log.error({ file: config.receiptKeys }, 'the passkey manager signs with a key that is not pinned');
      void audit.record({ type: 'receipt.refused', reason, passkeyId, details: { purpose } });
    },
  });
}

/**
 * In one process the keys that are believed are the passkey manager's own, and the first start makes the first one.
 * Of a manager elsewhere they were carried over by hand: it may not vouch for itself.
 */
async function believedKeys({ config, secret, storage, log, now }: RoomDependencies): Promise<ReceiptKeys> {
  const { receiptKeys } = storage;
  if (config.passkeysUrl === undefined) {
    await openReceiptKeys({ receiptKeys, secret, now });
    return receiptKeysOf(receiptKeys, now);
  }
  const kept = await keptReceiptKeys(config.receiptKeys ?? '', log);
  const keys = rememberKeys(kept, { receiptKeys, secret, now });
  await keys();
  return keys;
}

/** A file that is missing or broken is said at the start; one that breaks later leaves what was read before in force. */
async function keptReceiptKeys(file: string, log: Log): Promise<ReceiptKeys> {
  const keys = receiptKeysIn(file);
  let kept = await keys().catch((cause: Error) => {
    throw new ConfigError([
      `LATCHKEY_RECEIPT_KEYS is ${file}: ${cause.message}. \`latchkey receipt-key export\`, run with the settings of the passkey manager, prints what belongs there.`,
    ]);
  });
  return async () => {
    try {
      kept = await keys();
    } catch (err) {
      log.error({ err }, 'LATCHKEY_RECEIPT_KEYS cannot be read: the keys from before stay in force');
    }
    return kept;
  };
}

async function providerDependencies(
  { config, secret, storage, apps, readPage, log, now }: RoomDependencies,
  {
    vault,
    consents,
  }: Pick<ProviderDependencies, 'consents'> & { vault: ProviderDependencies['adapter']['vault'] },
): Promise<Omit<ProviderDependencies, 'isStanding'>> {
  const { accounts, artifacts, groups, signingKeys } = storage;
  return {
    config,
    keys: await openSigningKeys({ signingKeys, secret, now }),
    cookieKeyring: secret.cookieKeyring,
    consents,
    pages: createProviderPages({ readPage }),
    log,
    adapter: {
      artifacts,
      vault,
      lifetimes: config.lifetimes,
      now,
      userCodeHash: (userCode) => secret.hash('user code', userCode),
      async findClient(id) {
        const app = await apps.find(id);
        return app && clientMetadata(app, config.lifetimes);
      },
    },
    async findAccount(sub) {
      const account = await accounts.findBySub(sub);
      if (account?.status !== 'active') return undefined;
      return {
        accountId: sub,
        claims: async (_use, scope) =>
          claimsOf(account, scope.split(' ').includes('groups') ? await groups.findMany(account.groups) : []),
      };
    },
    async secretMatches(clientId, presented) {
      const app = await apps.find(clientId);
      return app !== undefined && secretMatches({ app, presented, hash: secret.hash, now: now() });
    },
  };
}
