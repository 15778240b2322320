import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { scopesOfClaims } from '../accounts/claims.ts';
import { judgeEssentialAcr } from './requested-acr.ts';

/**
 * Claims that are asked for one by one (OIDC Core §5.5) are no way around the scopes that the app may ask for. An
 * essential class that does not exist ends the request at once: nobody is asked in vain.
 * @throws InvalidScope, InvalidRequest, UnmetAuthenticationRequirements
 */
export function requireAllowedClaims({ oidc }: KoaContextWithOIDC, claims: object, client: Client): void {
  const allowed = client.scope?.split(' ') ?? [];
  const beyond = scopesOfClaims(oidc.requestParamClaims).filter((scope) => !allowed.includes(scope));
  if (beyond.length > 0)
    throw new errors.InvalidScope('requested claims are of a scope that is not allowed', beyond.join(' '));
  const objection = judgeEssentialAcr(claims);
  if (objection === 'malformed') throw new errors.InvalidRequest('the essential acr claim is malformed');
  if (objection === 'unknown')
    throw new errors.UnmetAuthenticationRequirements('no passkey reaches the requested acr');
}
