/** Wires the rooms together: storage and settings in, one piece of koa middleware out. */

import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { AccountData } from '../views/pages/account.ts';
import type { aboutThisServer } from './about-this-server.ts';
import { withoutInvitations } from './accounts/invitation.ts';
import { createModelIconRoutes } from './accounts/model-icons/routes.ts';
import { createAccountRoutes } from './accounts/routes.ts';
import { linkIds } from './admin/links.ts';
import type { AppCache } from './apps/app-cache.ts';
import { createLogoRoutes } from './apps/logos/routes.ts';
import type { TrialKeys } from './apps/trial-keys.ts';
import type { Audit } from './audit/audit.ts';
import type { Config } from './config.ts';
import { createEnrolmentRoutes } from './enrolment/routes.ts';
import type { TypedProfile } from './enrolment/typed-profile.ts';
import { createHomeRoutes } from './home/routes.ts';
import type { ReadPage } from './http/page.ts';
import { createMemoryLimiter, type Limit, type Limiter, limitByAddress } from './http/rate-limit.ts';
import { withinRequest } from './http/request.ts';
import { createSealedCookie } from './http/sealed-cookie.ts';
import { createPolicyRequirement } from './interactions/policy-requirement.ts';
import { createInteractionRoutes } from './interactions/routes.ts';
import { acrRequirement } from './interactions/step-up/acr-requirement.ts';
import type { Requirements } from './interactions/step-up/requirement.ts';
import type { Log } from './log.ts';
import type { Deliverer, DeliveryDependencies } from './logout-notices/deliver.ts';
import { listConnectedApps } from './oidc/connected-apps.ts';
import { longestLife } from './oidc/lifetimes.ts';
import type { ProviderDependencies } from './oidc/provider.ts';
import { protocolEndpoints, redirectPost } from './oidc/routes.ts';
import { openAdministration } from './open-administration.ts';
import { openBackchannel } from './open-backchannel.ts';
import { openForwardAuth } from './open-forward-auth.ts';
import { openMailer, openOutbox } from './open-mail.ts';
import { openProtocol } from './open-protocol.ts';
import { openReceiptVerifier } from './open-receipts.ts';
import { openRegistration } from './open-registration.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { OpenPasskeyManager } from './passkeys/create-manager.ts';
import type { PasskeyFacts, PasskeyManager } from './passkeys/manager.ts';
import type { ClientDocuments } from './registration/documents.ts';
import type { SecretRing } from './secret/ring.ts';
import { createPasskeyFollower } from './sign-ins/follow-passkeys.ts';
import { createPasskeyNews } from './sign-ins/passkey-news.ts';
import type { RuleBook } from './sign-ins/rule-book.ts';
import { isStanding, maySignIn } from './sign-ins/standing.ts';
import type { Storage } from './storage.ts';

export interface RoomDependencies {
  config: Config;
  secret: SecretRing;
  storage: Storage;
  passkeys: OpenPasskeyManager;
  apps: AppCache;
  /** With which administrators try apps. */
  trialKeys: TrialKeys;
  /** Apps that describe themselves: `apps` has them too. */
  documents: Pick<ClientDocuments, 'problemOf'>;
  /** An app that is kept, or was read lately: for whoever is nobody yet, and asks nobody else. */
  knownApp: AppCache['find'];
  outbound: Outbound;
  ruleBook: RuleBook;
  audit: Audit;
  log: Log;
  readPage: ReadPage;
  /** Does something again and again until the server stops. */
  every: (ms: number, chore: () => Promise<void>) => void;
  /** Is told, too, when another process may have changed what is kept. */
  alsoClear: (cache: { clear(): void }) => void;
  /** The settings as they were given, and the doctor, for administrators. */
  about: Pick<Parameters<typeof aboutThisServer>[0], 'env' | 'examine'>;
  /** Somebody signed in where nobody was signed in. */
  onSessionStarted: () => void;
  /** What came of telling an app that a session is over. */
  onLogoutNotice: DeliveryDependencies['onResult'];
  /** Starts the demo app unless it runs, and tells its address. */
  startDemo?: () => Promise<string>;
  now: () => number;
}

export async function openRooms(dependencies: RoomDependencies): Promise<Middleware> {
  const { config, secret, storage, passkeys, apps, ruleBook, audit, readPage, now } = dependencies;
  const { accounts, artifacts, invitations } = storage;
  const passkeyNews = createPasskeyNews(now);
  const manager = passkeyNews.watching(passkeys.as('provider'));
  const receipts = await openReceiptVerifier(dependencies);
  const activePasskeys = listPasskeysOf(manager);
  const enough = { ruleBook, findApp: apps.find, activePasskeys, now };
  const { deliverer, forRequests, endpoints, ...protocol } = await openProtocol(dependencies, {
    isStanding: (basis) => isStanding({ accounts, manager, news: passkeyNews }, basis),
    enough,
    fewPasskeys: { ruleBook, activePasskeys },
  });
  const { vault, consents, apis, provider, sessions } = protocol;
  const { createLimiter, accountLimiter } = limitersOf(dependencies);
  const shared = {
    ...{ config, provider, manager, receipts, ruleBook },
    mac: secret.mac,
    ...peopleOf(storage),
    ...{ apis, consents, sessions, audit },
    ...mailOf(dependencies),
    readPage,
    findApp: apps.find,
    accountLimiter,
    now,
  };
  const enrolment = {
    ...shared,
    invitations: config.signUp === 'closed' ? withoutInvitations(invitations) : invitations,
    enrolment: passkeys.as('enrolment'),
    linkIds: (token: string) => linkIds(secret.hashes, token),
    endSessions: ({ sub }: { sub: string }) => sessions.endAll(sub),
    typedProfile: createSealedCookie<TypedProfile>({ secret, now }, { name: 'profile', minutes: 15 }),
  };
  const connected = (sub: string) => listConnectedApps({ artifacts, consents, apis, vault }, sub);
  const requirements = stepUpRequirements(enough);
  const own = { ...shared, ...ownAccount(dependencies, protocol), listConnectedApps: connected };
  const backchannel = openBackchannel({ ...own, ...forRequests, requirements });
  const routers = [
    openForwardAuth(dependencies, protocol),
    createHomeRoutes({ ...shared, ...demoOf(dependencies) }),
    createInteractionRoutes({ ...enrolment, requirements }),
    createEnrolmentRoutes(enrolment),
    createModelIconRoutes(shared),
    createLogoRoutes({ ...shared, findApp: dependencies.knownApp, outbound: dependencies.outbound }),
    createAccountRoutes({ ...own, presentRequests: backchannel.present }),
    backchannel.routes,
  ];
  startSending(dependencies, deliverer);
  // Last: rooms that did not open are opened again.
  const follower = { ...shared, news: passkeyNews, lookBack: longestLife(config) * 1000 };
  dependencies.every(1000, createPasskeyFollower(follower));
  return compose([
    ...[withinRequest(audit.within), addressLimits(createLimiter, config)],
    ...[redirectPost, protocolEndpoints(endpoints)],
    ...openRegistration(dependencies, createLimiter),
    ...routers.flatMap((router) => [router.routes(), router.allowedMethods()] as Middleware[]),
    ...openAdministration(dependencies, { ...protocol, accountLimiter, createLimiter }),
  ]);
}

/** What is kept of people. */
function peopleOf({ accounts, signIns, groups, attributeDefinitions }: Storage) {
  return { accounts, signIns, groups, attributeDefinitions };
}

function limitersOf({ storage: { createLimiter = createMemoryLimiter }, config }: RoomDependencies) {
  const accountLimiter = createLimiter({ attempts: Math.ceil(config.rateLimit / 4), seconds: 60 });
  return { createLimiter, accountLimiter };
}

function addressLimits(createLimiter: (limit: Limit) => Limiter, { rateLimit: attempts }: Config) {
  return limitByAddress({
    people: createLimiter({ attempts, seconds: 60 }),
    apps: createLimiter({ attempts: attempts * 10, seconds: 60 }),
    userCodes: createLimiter({ attempts: Math.ceil(attempts / 4), seconds: 60 }),
  });
}

function stepUpRequirements(enough: ProviderDependencies['enough']): Requirements {
  return { acr: acrRequirement, policy: createPolicyRequirement(enough) };
}

function demoOf({ startDemo }: RoomDependencies) {
  return startDemo ? { startDemo } : {};
}

function listPasskeysOf(manager: PasskeyManager) {
  return async (userHandles: readonly string[]): Promise<PasskeyFacts[]> => {
    const lists = await Promise.all(userHandles.map((userHandle) => manager.listPasskeys({ userHandle })));
    return lists.flatMap(({ passkeys }) => passkeys.filter(maySignIn));
  };
}

function mailOf(dependencies: RoomDependencies) {
  return { mail: openMailer(dependencies), issuer: dependencies.config.issuer };
}

/** What waits in the storage: for apps, that sessions are over, and for people, mail. */
function startSending(dependencies: RoomDependencies, deliverer: Pick<Deliverer, 'round'>): void {
  dependencies.every(1000, deliverer.round);
  const outbox = openOutbox({ ...dependencies, record: dependencies.audit.record });
  if (outbox) dependencies.every(1000, outbox.round);
}

/** What a person's own account works on alone. */
function ownAccount(
  { secret, storage: { invitations, approvals }, now }: RoomDependencies,
  { impersonations }: Pick<ProviderDependencies, 'impersonations'>,
) {
  type News = NonNullable<AccountData['news']>;
  const news = createSealedCookie<News>({ secret, now }, { name: 'news', minutes: 5 });
  return { secret, invitations, approvals, news, listImpersonations: impersonations.list };
}
