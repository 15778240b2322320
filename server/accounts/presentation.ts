import type { Config } from '../config.ts';
import type { Group } from '../groups/group.ts';
import type { Account } from './account.ts';
import type { Overview, PasskeyOverview, SessionOverview } from './overview.ts';

/** What a page says of one scope. */
export type ScopeItem =
  | { scope: 'openid' }
  | { scope: 'profile'; name: string; userName: string }
  | { scope: 'email'; email?: string | undefined }
  | { scope: 'groups'; groups: readonly string[] }
  | { scope: 'offline_access'; days: number }
  | { scope: 'other'; name: string };

interface ScopeContext {
  account: Account;
  groups: readonly Group[];
  /** How long an app may stay connected without the person, in days. */
  days: number;
}

/** Scopes as what they let an app see, with the person's own values. */
export function scopeItems(scopes: readonly string[], { account, groups, days }: ScopeContext): ScopeItem[] {
  return scopes.map((scope) => {
    switch (scope) {
      case 'openid':
        return { scope };
      case 'profile':
        return { scope, name: account.name, userName: account.userName };
      case 'email':
        return { scope, email: account.email };
      case 'groups':
        return { scope, groups: groups.map((group) => group.name) };
      case 'offline_access':
        return { scope, days };
      default:
        return { scope: 'other', name: scope };
    }
  });
}

/** The account page's data, out of what was read for it. */
export function presentAccount(
  account: Account,
  { overview, config }: { overview: Overview; config: Pick<Config, 'lifetimes' | 'relyingParties'> },
) {
  const { passkeys, sessions, apps, groups } = overview;
  const [{ rpId, origins }] = config.relyingParties;
  const days = config.lifetimes.refreshToken / 86_400;
  return {
    profile: {
      name: account.name,
      userName: account.userName,
      ...(account.email ? { email: account.email } : undefined),
    },
    installation: { rpId, origins },
    passkeys: passkeys.map(passkeyCard),
    sessions: sessions.map(sessionCard),
    apps: apps.map(({ app, connected }) => ({
      id: app.id,
      name: app.name,
      ...(app.logoUri ? { logoUrl: app.logoUri } : undefined),
      host: (app.redirectUris[0] && URL.parse(app.redirectUris[0])?.host) || app.id,
      connectedAt: connected.since,
      items: scopeItems(connected.scopes, { account, groups, days }),
    })),
    signals: account.userHandles.map((userId) => ({
      rpId,
      userId,
      passkeyIds: passkeys
        .filter(({ passkey }) => passkey.userHandle === userId)
        .map(({ passkey }) => passkey.id),
      userName: account.userName,
      displayName: account.name,
    })),
  };
}

function passkeyCard({ passkey, lastSignIn, inUse, ends }: PasskeyOverview) {
  const { id, name, model, backupEligible, createdAt, lastUsedAt, status, assurance } = passkey;
  return {
    id,
    name,
    createdAt,
    inUse,
    status,
    assurance,
    ends,
    ...(model ? { model } : undefined),
    ...(backupEligible === undefined ? undefined : { synced: backupEligible }),
    ...(lastUsedAt === undefined ? undefined : { lastUsedAt }),
    ...(lastSignIn?.device ? { lastUsedDevice: lastSignIn.device } : undefined),
  };
}

function sessionCard({ uid, current, signIn, passkey }: SessionOverview) {
  return {
    uid,
    current,
    signedInAt: signIn?.at ?? 0,
    ...(signIn?.device ? { device: signIn.device } : undefined),
    ...(signIn?.address ? { address: signIn.address } : undefined),
    ...(passkey ? { passkeyName: passkey.name } : undefined),
  };
}
