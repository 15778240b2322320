import type { Grant } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { Group } from '../groups/group.ts';

/** What a consent page says of one scope. */
export type ConsentItem =
  | { scope: 'openid' }
  | { scope: 'profile'; name: string; userName: string }
  | { scope: 'email'; email?: string | undefined }
  | { scope: 'groups'; groups: readonly string[] }
  | { scope: 'offline_access'; days: number }
  | { scope: 'other'; name: string };

export interface ConsentView {
  account: Account;
  groups: readonly Group[];
  /** How long an app may stay connected without the person, in days. */
  days: number;
}

/** Scopes as what they let an app see, with the person's own values. */
export function consentItems(
  scopes: readonly string[],
  { account, groups, days }: ConsentView,
): ConsentItem[] {
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

interface Asked {
  missingOIDCScope?: readonly string[];
  missingOIDCClaims?: readonly string[];
}

/** Gives the app what it asked for and did not have yet. Returns the scopes that the person has seen. */
export function allow(
  grant: Grant,
  { asked, requested }: { asked: Asked; requested: readonly string[] },
): string[] {
  const scopes = [...new Set([...requested, ...(asked.missingOIDCScope ?? [])])];
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (asked.missingOIDCClaims) grant.addOIDCClaims([...asked.missingOIDCClaims]);
  return scopes;
}
