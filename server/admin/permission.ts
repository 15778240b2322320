/** Who may do what: scopes by role, and that nobody acts beyond their own. */
import type { Role } from '../accounts/account.ts';
import { roleScopes } from '../accounts/role-scopes.ts';
import { type ApiScope, apiScopes } from '../apps/api-scopes.ts';
import { AppError } from '../errors.ts';
import type { Account, App } from '../storage.ts';

/** Who administers: the machine itself, a person with a role, or an app with scopes of our API. */
export type Caller =
  | { kind: 'machine' }
  /** `scopes`: of the token that the person gave to an app; absent at the console. */
  | { kind: 'account'; account: Administering; scopes?: readonly string[] }
  | { kind: 'app'; appId: string; scopes: readonly string[] };

export type Administering = Pick<Account, 'id' | 'role' | 'status' | 'administers' | 'recoveredAt'>;

/** What somebody may do. */
export interface Permissions {
  scopes: ReadonlySet<ApiScope>;
  /** Those that they may administer without the scope for all. */
  apps: ReadonlySet<string>;
  /** Those that they may look at so; all of `apps`, and with a token that only reads more than these. */
  readableApps: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

const everything: readonly ApiScope[] = apiScopes;
/** After a recovery: time for whose account it really is to notice. */
const hour = 60 * 60 * 1000;

/** Somebody came in by a recovery link less than an hour ago: their roles wait. */
export function isJustRecovered({ recoveredAt }: Pick<Account, 'recoveredAt'>, now: number): boolean {
  return recoveredAt !== undefined && now < recoveredAt + hour;
}

/**
 * @throws AppError `forbidden` for who is disabled, or has neither a role nor an app; `recovered_lately` within an hour
 *   after their account was recovered
 */
export function permissionsOf(caller: Caller, now: number): Permissions {
  if (caller.kind === 'machine') return ofScopes(everything);
  if (caller.kind === 'app') return ofScopes(within(everything, caller.scopes));
  const { account, scopes } = caller;
  const permissions = permissionsOfAccount(account);
  if (account.status !== 'active' || isPowerless(permissions))
    throw new AppError('forbidden', { detail: `${account.id} may administer nothing` });
  if (isJustRecovered(account, now)) throw new AppError('recovered_lately', { detail: account.id });
  if (scopes === undefined) return permissions;
  const apps = scopes.includes('apps:write') ? permissions.apps : none;
  return {
    scopes: new Set(within([...permissions.scopes], scopes)),
    apps,
    readableApps: scopes.includes('apps:read') ? permissions.apps : apps,
  };
}

const ofScopes = (scopes: readonly ApiScope[]): Permissions => ({
  scopes: new Set(scopes),
  apps: none,
  readableApps: none,
});

/** Whatever their status: who is enabled again has them again. */
export function permissionsOfAccount({
  role,
  administers = [],
}: Pick<Administering, 'role' | 'administers'>): Permissions {
  const apps = new Set(administers);
  return { scopes: new Set(roleScopes[role]), apps, readableApps: apps };
}

export const isPowerless = ({ scopes, apps }: Permissions): boolean => scopes.size === 0 && apps.size === 0;

const within = (held: readonly ApiScope[], asked: readonly string[]): ApiScope[] =>
  held.filter((scope) => asked.includes(scope));

/** @throws AppError `forbidden` where the other may do something that the caller may not */
export function requireNoLess(own: Permissions, other: Permissions, whose: string): void {
  const beyond = [...other.scopes].find((scope) => !own.scopes.has(scope));
  const app = [...other.apps].find((id) => !own.scopes.has('apps:write') && !own.apps.has(id));
  if (beyond !== undefined || app !== undefined)
    throw new AppError('forbidden', {
      detail: `${whose} would go beyond what you may do yourself: ${beyond ?? `the app ${app}`}`,
    });
}

/** Whoever could give their own role would make the second person that a recovery needs. */
export const mayGiveRoles = ({ scopes }: Permissions): boolean => scopes.has('system:write');

/** @throws AppError `forbidden` where the role is given or taken by who may not, or goes beyond what they may do */
export function requireMayGiveRole(own: Permissions, role: Role, before: Role = 'person'): void {
  if (role !== before && !mayGiveRoles(own))
    throw new AppError('forbidden', {
      field: 'role',
      detail: 'roles are given and taken by who has the scope system:write',
    });
  requireNoLess(own, permissionsOfAccount({ role }), `a person with the role ${role}`);
}

/** Nobody acts on a person who may do more than they may. @throws AppError `forbidden` */
export function requireMayActOn(own: Permissions, account: Administering): void {
  requireNoLess(own, permissionsOfAccount(account), 'to act on this person');
}

/** Nor on an app that may, nor gives an app what they lack: whoever has its secret has its scopes. @throws AppError `forbidden` */
export function requireMayGrant(own: Permissions, { apiScopes: granted = [] }: Pick<App, 'apiScopes'>): void {
  requireNoLess(own, ofScopes(granted as ApiScope[]), 'what this app may do');
}
