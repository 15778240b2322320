import type { Group } from '../groups/group.ts';
import type { Account } from './account.ts';

/** The claims behind each scope (OIDC Core §5.4), as oidc-provider wants to know them. */
export const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

/** The scopes that cover claims asked for one by one (OIDC Core §5.5); the protocol's own claims need none. */
export function scopesOfClaims(claims: Iterable<string>): string[] {
  const asked = new Set(claims);
  const personal = Object.entries(scopeClaims).filter(([scope]) => scope !== 'openid');
  return personal.filter(([, covered]) => covered.some((claim) => asked.has(claim))).map(([scope]) => scope);
}

/** The scopes an app may ask for. */
export const scopes: readonly string[] = ['openid', 'profile', 'email', 'groups', 'offline_access'];

/** What apps learn of a person; oidc-provider leaves out what the granted scopes do not cover. */
export interface Claims {
  [claim: string]: string | number | boolean | string[] | undefined;
  sub: string;
  name: string;
  preferred_username: string;
  locale?: string;
  /** Seconds. */
  updated_at: number;
  email?: string;
  email_verified?: boolean;
  groups: string[];
}

export function claimsOf(account: Account, groups: readonly Group[]): Claims {
  const { sub, name, userName, locale, email, emailVerified, updatedAt } = account;
  return {
    sub,
    name,
    preferred_username: userName,
    updated_at: Math.floor(updatedAt / 1000),
    groups: groups.map((group) => group.name),
    ...(locale ? { locale } : undefined),
    ...(email ? { email, email_verified: emailVerified } : undefined),
  };
}
