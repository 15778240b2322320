/**
 * Claims of the installation's own. What oidc-provider knows of claims is fixed when it is made, so it is told of none of
 * these: they are added where it has put together the others, by what is defined at that moment. See
 * docs/decisions/0040-own-claims.md.
 */
import type { Client, Provider } from 'oidc-provider';

/** What oidc-provider puts claims together with. */
interface ClaimsMask {
  available: Record<PropertyKey, unknown>;
  client: Client;
  scope(value?: string): ClaimsMask;
  result(): Promise<Record<string, unknown>>;
}

/** Where `findAccount` leaves them, beside the claims that oidc-provider picks from. */
export const ownClaims = Symbol('claims of the installation’s own');

/** They come with `profile`, wherever the claims of that scope are told: in userinfo, and in ID tokens without it. */
export function tellOwnClaims(provider: Provider): void {
  const { Claims } = provider as unknown as { Claims: { prototype: ClaimsMask } };
  const withProfile = new WeakSet<ClaimsMask>();
  const { scope, result } = Claims.prototype;
  Claims.prototype.scope = function noted(value = '') {
    if (value.split(' ').includes('profile')) withProfile.add(this);
    return scope.call(this, value);
  };
  Claims.prototype.result = async function withOwn() {
    const claims = await result.call(this);
    return withProfile.has(this)
      ? { ...(this.available[ownClaims] as object | undefined), ...claims }
      : claims;
  };
}
