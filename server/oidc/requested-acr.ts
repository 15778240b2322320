interface AuthorizationParams {
  claims?: unknown;
  acr_values?: unknown;
}

/** The classes an app wants. `essential`: it must not get a code with less (OIDC Core §5.5.1.1). */
export interface RequestedAcr {
  essential: readonly string[];
  voluntary: readonly string[];
}

/**
 * Reads what was asked from the parameters themselves: oidc-provider lets `acr_values` overwrite an essential
 * `acr` claim, and the demand would be lost.
 */
export function requestedAcr(params: AuthorizationParams): RequestedAcr {
  const claim = acrClaim(params.claims);
  const named = [claim?.value, ...(Array.isArray(claim?.values) ? claim.values : [])].filter(
    (value): value is string => typeof value === 'string',
  );
  const acrValues = typeof params.acr_values === 'string' ? params.acr_values.split(' ').filter(Boolean) : [];
  return claim?.essential === true
    ? { essential: named, voluntary: acrValues }
    : { essential: [], voluntary: [...named, ...acrValues] };
}

interface AcrClaim {
  essential?: unknown;
  value?: unknown;
  values?: unknown;
}

/** oidc-provider has refused a `claims` parameter that is not JSON before this is read. */
function acrClaim(claims: unknown): AcrClaim | undefined {
  if (typeof claims !== 'string') return undefined;
  const parsed: { id_token?: { acr?: AcrClaim | null } | null } | null = JSON.parse(claims);
  return parsed?.id_token?.acr ?? undefined;
}
