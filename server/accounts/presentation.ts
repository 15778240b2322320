import type { Api, DefinedScope } from '../apis/api.ts';
import type { ReadDetail } from '../apis/details.ts';
import { type ApiScope, apiScopes } from '../apps/api-scopes.ts';
import type { App } from '../apps/app.ts';
import { logoUrl } from '../apps/logos/logo-url.ts';
import { startUrl } from '../apps/sign-in-start.ts';
import type { Config } from '../config.ts';
import type { Group } from '../groups/group.ts';
import type { Account, AttributeValue } from './account.ts';
import { iconUrl } from './icon-url.ts';
import type { Overview, PasskeyOverview, SessionOverview } from './overview.ts';

/** What a page says of one scope. */
export type ScopeItem =
  | { scope: 'openid' }
  | { scope: 'profile'; name: string; userName: string }
  | { scope: 'email'; email?: string | undefined }
  | { scope: 'groups'; groups: readonly string[] }
  | { scope: 'offline_access'; days: number }
  | { scope: 'attribute'; label: string; value?: AttributeValue | undefined }
  | { scope: 'api'; area: ApiArea; may: 'read' | 'write' | 'both' }
  | { scope: 'defined'; api: string; sentence: string }
  | ({ scope: 'details'; api: string } & ReadDetail)
  | { scope: 'other'; name: string };

interface ScopeContext {
  account: Account;
  groups: readonly Group[];
  /** How long an app may stay connected without the person, in days. */
  days: number;
  /** Of the installation's own, those that the app is told with `profile`. */
  attributes?: readonly { label: string; value?: AttributeValue | undefined }[];
}

/** Scopes as what they let an app see, with the person's own values. */
export function scopeItems(
  scopes: readonly string[],
  { account, groups, days, attributes = [] }: ScopeContext,
): ScopeItem[] {
  const ofApi = apiScopes.filter((scope) => scopes.includes(scope));
  const others = scopes.filter((scope) => !(ofApi as readonly string[]).includes(scope));
  const items = others.flatMap((scope): ScopeItem | ScopeItem[] => {
    switch (scope) {
      case 'openid':
        return { scope };
      case 'profile':
        return [
          { scope, name: account.name, userName: account.userName },
          ...attributes.map((attribute) => ({ scope: 'attribute' as const, ...attribute })),
        ];
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
  return [...items, ...apiItems(ofApi)];
}

/** Scopes of APIs that administrators define, in the words of these. */
export const definedItems = (
  asked: readonly {
    api: Pick<Api, 'name'>;
    scopes: readonly DefinedScope[];
    details?: readonly ReadDetail[];
  }[],
): ScopeItem[] =>
  asked.flatMap(({ api, scopes, details = [] }) => [
    ...scopes.map(({ sentence }) => ({ scope: 'defined' as const, api: api.name, sentence })),
    ...details.map((detail) => ({ scope: 'details' as const, api: api.name, ...detail })),
  ]);

type ApiArea = ApiScope extends `${infer Area}:${string}` ? Area : never;

/** One for each area, however much of it. */
function apiItems(scopes: readonly ApiScope[]): ScopeItem[] {
  const byArea = Map.groupBy(scopes, (scope) => scope.split(':')[0] as ApiArea);
  return [...byArea].map(([area, [first, ...more]]) => ({
    scope: 'api',
    area,
    may: more.length > 0 ? 'both' : (first?.split(':')[1] as 'read' | 'write'),
  }));
}

/** The account page's data, out of what was read for it. */
export function presentAccount(
  account: Account,
  {
    overview,
    config,
    now,
  }: {
    overview: Overview;
    config: Pick<Config, 'issuer' | 'lifetimes' | 'mail' | 'relyingParties'>;
    now: number;
  },
) {
  const { passkeys, sessions, apps, impersonations, groups, leastPasskeys } = overview;
  const [{ rpId, origins }] = config.relyingParties;
  const days = config.lifetimes.refreshToken / 86_400;
  return {
    profile: {
      name: account.name,
      userName: account.userName,
      ...(account.email ? { email: account.email } : undefined),
      mayVerifyEmail: config.mail !== undefined && !account.emailVerified,
    },
    recovery: recoveryNews(account, now),
    installation: { rpId, origins },
    passkeys: passkeys.map(passkeyCard),
    leastPasskeys,
    sessions: sessions.map(sessionCard),
    apps: apps.map(({ app, connected }) => ({
      id: app.id,
      name: app.name,
      ...startOf(app, config.issuer),
      ...(app.logoUri ? { logoUrl: logoUrl(app) ?? '' } : undefined),
      host: hostOf(app, config.issuer),
      connectedAt: connected.since,
      approvals: connected.approvals.slice(0, mostApprovals),
      items: [...scopeItems(connected.scopes, { account, groups, days }), ...definedItems(connected.apis)],
    })),
    impersonations: impersonations.slice(0, mostImpersonations),
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

/** So many of one app are listed. */
const mostApprovals = 5;
/** The audit has the others. */
const mostImpersonations = 10;

const day = 24 * 60 * 60 * 1000;

/** What is asked for is over after a day, and what was used is no news after a month. */
/** Where its name leads. */
function startOf(app: Pick<App, 'initiateLoginUri'>, issuer: string): { startUrl?: string } {
  return app.initiateLoginUri ? { startUrl: startUrl(app, issuer) ?? '' } : {};
}

/** The host that a link of its name leads to, whatever else the app gave: nobody verified whose the others are. */
function hostOf(app: Pick<App, 'id' | 'redirectUris' | 'initiateLoginUri'>, issuer: string): string {
  const address = startOf(app, issuer).startUrl || app.redirectUris[0];
  return (address && URL.parse(address)?.host) || app.id;
}

function recoveryNews({ recoveryBegunAt: begun, recoveredAt: used }: Account, now: number) {
  const isOpen = begun !== undefined && now < begun + day && (used === undefined || used < begun);
  return {
    ...(isOpen && { begunAt: begun }),
    ...(used !== undefined && now < used + 30 * day && { usedAt: used }),
  };
}

function passkeyCard({ passkey, lastSignIn, inUse, isDenied, ends }: PasskeyOverview) {
  const { id, name, model, icon, aaguid, backupEligible, createdAt, lastUsedAt, status, assurance } = passkey;
  const { backedUp, backedUpChangedAt, counterAlertAt, modelAlertAt, modelAction } = passkey;
  return {
    id,
    name,
    createdAt,
    inUse,
    status,
    assurance,
    ends,
    ...(model ? { model } : undefined),
    ...(icon ? { iconUrl: iconUrl(aaguid, icon) } : undefined),
    ...(backupEligible === undefined ? undefined : { synced: backupEligible }),
    ...(lastUsedAt === undefined ? undefined : { lastUsedAt }),
    ...(backedUpChangedAt === undefined
      ? undefined
      : { backup: { isOn: backedUp, since: backedUpChangedAt } }),
    ...(counterAlertAt === undefined ? undefined : { counterAlertAt }),
    ...(modelAlertAt === undefined
      ? undefined
      : { modelAlert: { at: modelAlertAt, isBlocked: modelAction === 'block' } }),
    ...(isDenied && { isDenied }),
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
