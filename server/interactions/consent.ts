import type { Grant } from 'oidc-provider';
import { scopesOfClaims } from '../accounts/claims.ts';

/** What a page of consent is about. */
export interface Asked {
  missingOIDCScope?: readonly string[];
  missingOIDCClaims?: readonly string[];
}

/** What the person is shown: the scopes, and those that cover claims asked for one by one. */
export function scopesToAllow(asked: Asked, requested: readonly string[]): string[] {
  const behindClaims = scopesOfClaims(asked.missingOIDCClaims ?? []);
  return [...new Set([...requested, ...(asked.missingOIDCScope ?? []), ...behindClaims])];
}

/** Gives the app what it asked for and did not have yet. Returns the scopes that the person has seen. */
export function allow(
  grant: Grant,
  { asked, requested }: { asked: Asked; requested: readonly string[] },
): string[] {
  const scopes = scopesToAllow(asked, requested);
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (asked.missingOIDCClaims) grant.addOIDCClaims([...asked.missingOIDCClaims]);
  return scopes;
}
