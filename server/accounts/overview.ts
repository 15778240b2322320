import type { App } from '../apps/app.ts';
import { isOwnPage } from '../apps/builtin-apps.ts';
import { AppError } from '../errors.ts';
import type { Group, GroupRepository } from '../groups/group.ts';
import type { ConnectedApp } from '../oidc/connected-apps.ts';
import type { Impersonation } from '../oidc/impersonations.ts';
import type { Made, Sessions } from '../oidc/sessions.ts';
import type { PasskeyFacts, PasskeyManager } from '../passkeys/manager.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Account } from './account.ts';

export interface OverviewDependencies {
  manager: Pick<PasskeyManager, 'listPasskeys'>;
  ruleBook: Pick<RuleBook, 'leastPasskeys' | 'denied'>;
  signIns: SignInRepository;
  sessions: Sessions;
  groups: GroupRepository;
  findApp: (id: string) => Promise<App | undefined>;
  listConnectedApps: (sub: string) => Promise<ConnectedApp[]>;
  /** Of apps that stood in a person's place, the latest first. */
  listImpersonations: (sub: string) => Promise<Impersonation[]>;
}

type ShownApp = Pick<App, 'id' | 'name' | 'redirectUris' | 'logoUri' | 'initiateLoginUri'>;

/** What a person sees of their own account. */
export interface Overview {
  passkeys: PasskeyOverview[];
  sessions: SessionOverview[];
  apps: { app: ShownApp; connected: ConnectedApp }[];
  impersonations: Impersonation[];
  groups: Group[];
  /** How many passkeys the person should have, by the rules in force. */
  leastPasskeys: number;
}

export interface PasskeyOverview {
  passkey: PasskeyFacts;
  lastSignIn: SignIn | undefined;
  inUse: boolean;
  /** The installation does not allow it any more. */
  isDenied: boolean;
  /** What ends when it is removed. */
  ends: { sessions: number; apps: number };
}

export interface SessionOverview {
  uid: string;
  current: boolean;
  signIn: SignIn | undefined;
  passkey: PasskeyFacts | undefined;
}

export async function readOverview(
  dependencies: OverviewDependencies,
  { account, sessionUid, now }: { account: Account; sessionUid: string; now: number },
): Promise<Overview> {
  const { signIns, sessions, groups, listConnectedApps, listImpersonations, ruleBook } = dependencies;
  const [passkeys, { items: recent }, open, made, connected, ...rest] = await Promise.all([
    listPasskeys(dependencies, account),
    signIns.listByAccount(account.id, { limit: 100 }),
    sessions.list(account.sub, now),
    sessions.madeByPasskey(account.sub),
    listConnectedApps(account.sub),
    groups.findMany(account.groups),
    ruleBook.leastPasskeys(account),
    listImpersonations(account.sub),
  ]);
  const [memberships, leastPasskeys, impersonations] = rest;
  const denied = await ruleBook.denied(passkeys);
  const current = open.find(({ uid }) => uid === sessionUid)?.signIn;
  return {
    passkeys: passkeys.map((passkey) => ({
      passkey,
      lastSignIn: recent.find(({ passkeyId }) => passkeyId === passkey.id),
      inUse: current?.passkeyId === passkey.id,
      isDenied: denied.has(passkey.id),
      ends: countEnds(made.get(passkey.id)),
    })),
    sessions: open.map(({ uid, signIn }) => ({
      uid,
      current: uid === sessionUid,
      signIn,
      passkey: passkeys.find(({ id }) => id === signIn?.passkeyId),
    })),
    apps: await withApps(dependencies, connected),
    impersonations,
    groups: memberships,
    leastPasskeys,
  };
}

export async function listPasskeys(
  { manager }: Pick<OverviewDependencies, 'manager'>,
  { userHandles }: Account,
): Promise<PasskeyFacts[]> {
  const lists = await Promise.all(userHandles.map((userHandle) => manager.listPasskeys({ userHandle })));
  return lists.flatMap(({ passkeys }) => passkeys);
}

/** Of several user handles (an import has its own), the first that can confirm something. */
export async function handleWithPasskey(
  dependencies: Pick<OverviewDependencies, 'manager'>,
  account: Account,
): Promise<string> {
  const usable = (await listPasskeys(dependencies, account)).find(({ status }) => status === 'active');
  if (!usable) throw new AppError('confirmation_required', { detail: `${account.id} has no active passkey` });
  return usable.userHandle;
}

function countEnds(made: Made | undefined): PasskeyOverview['ends'] {
  const { sessions = [], grants = [] } = made ?? {};
  const apps = new Set(
    grants.map(({ appId }) => appId).filter((appId) => appId !== undefined && !isOwnPage(appId)),
  );
  return { sessions: sessions.length, apps: apps.size };
}

/** Apps that were removed meanwhile, and the account page itself, are left out. */
async function withApps(
  { findApp }: OverviewDependencies,
  connected: readonly ConnectedApp[],
): Promise<Overview['apps']> {
  const found = await Promise.all(
    connected.map(async (each) => ({
      app: (await findApp(each.appId)) ?? unreadApp(each.appId),
      connected: each,
    })),
  );
  return found.flatMap(({ app, connected: each }) =>
    app && !isOwnPage(app.id) ? { app, connected: each } : [],
  );
}

/** One that described itself, and does so no more: a person may still take back what they allowed it. */
function unreadApp(id: string): ShownApp | undefined {
  const described = /^https:/.test(id) ? URL.parse(id) : null;
  return described ? { id, name: described.host, redirectUris: [] } : undefined;
}
