import type { App } from '../apps/app.ts';
import { accountAppId } from '../apps/builtin-apps.ts';
import type { Group, GroupRepository } from '../groups/group.ts';
import type { ConnectedApp } from '../oidc/connected-apps.ts';
import type { Made, Sessions } from '../oidc/sessions.ts';
import type { PasskeyFacts, PasskeyManager } from '../passkeys/manager.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Account } from './account.ts';

export interface OverviewDependencies {
  manager: Pick<PasskeyManager, 'listPasskeys'>;
  signIns: SignInRepository;
  sessions: Sessions;
  groups: GroupRepository;
  findApp: (id: string) => Promise<App | undefined>;
  listConnectedApps: (sub: string) => Promise<ConnectedApp[]>;
}

/** What a person sees of their own account. */
export interface Overview {
  passkeys: PasskeyOverview[];
  sessions: SessionOverview[];
  apps: { app: App; connected: ConnectedApp }[];
  groups: Group[];
}

export interface PasskeyOverview {
  passkey: PasskeyFacts;
  lastSignIn: SignIn | undefined;
  inUse: boolean;
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
  const { signIns, sessions, groups, listConnectedApps } = dependencies;
  const [passkeys, recent, open, made, connected, memberships] = await Promise.all([
    listPasskeys(dependencies, account),
    signIns.listByAccount(account.id, { limit: 100 }),
    sessions.list(account.sub, now),
    sessions.madeByPasskey(account.sub),
    listConnectedApps(account.sub),
    groups.findMany(account.groups),
  ]);
  const current = open.find(({ uid }) => uid === sessionUid)?.signIn;
  return {
    passkeys: passkeys.map((passkey) => ({
      passkey,
      lastSignIn: recent.find(({ passkeyId }) => passkeyId === passkey.id),
      inUse: current?.passkeyId === passkey.id,
      ends: countEnds(made.get(passkey.id)),
    })),
    sessions: open.map(({ uid, signIn }) => ({
      uid,
      current: uid === sessionUid,
      signIn,
      passkey: passkeys.find(({ id }) => id === signIn?.passkeyId),
    })),
    apps: await withApps(dependencies, connected),
    groups: memberships,
  };
}

export async function listPasskeys(
  { manager }: Pick<OverviewDependencies, 'manager'>,
  { userHandles }: Account,
): Promise<PasskeyFacts[]> {
  const lists = await Promise.all(userHandles.map((userHandle) => manager.listPasskeys({ userHandle })));
  return lists.flatMap(({ passkeys }) => passkeys);
}

function countEnds(made: Made | undefined): PasskeyOverview['ends'] {
  const { sessions = [], grants = [] } = made ?? {};
  const apps = new Set(grants.map(({ appId }) => appId).filter((appId) => appId !== accountAppId));
  return { sessions: sessions.length, apps: apps.size };
}

/** Apps that were removed meanwhile, and the account page itself, are left out. */
async function withApps(
  { findApp }: OverviewDependencies,
  connected: readonly ConnectedApp[],
): Promise<Overview['apps']> {
  const found = await Promise.all(
    connected.map(async (each) => ({ app: await findApp(each.appId), connected: each })),
  );
  return found.flatMap(({ app, connected: each }) =>
    app && app.id !== accountAppId ? { app, connected: each } : [],
  );
}
