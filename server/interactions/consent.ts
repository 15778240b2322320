import type { Grant } from 'oidc-provider';

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
