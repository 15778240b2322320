import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { scopesOfClaims } from '../accounts/claims.ts';

/**
 * Claims that are asked for one by one (OIDC Core §5.5) are no way around the scopes that the app may ask for.
 * @throws InvalidScope
 */
export function requireAllowedClaims({ oidc }: KoaContextWithOIDC, _claims: unknown, client: Client): void {
  const allowed = client.scope?.split(' ') ?? [];
  const beyond = scopesOfClaims(oidc.requestParamClaims).filter((scope) => !allowed.includes(scope));
  if (beyond.length > 0)
    throw new errors.InvalidScope('requested claims are of a scope that is not allowed', beyond.join(' '));
}
