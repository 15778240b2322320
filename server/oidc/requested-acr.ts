import { z } from 'zod';
import { isKnown } from '../sign-ins/acr.ts';

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

/** What has to be reached: an essential class, or, where there is none, a voluntary one that exists. */
export function wantedAcr({ essential, voluntary }: RequestedAcr): readonly string[] {
  return essential.length > 0 ? essential : voluntary.filter(isKnown);
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

/** OIDC Core §5.5.1: `null`, or members of which this one is true or false. */
const anyAcr = z.looseObject({ essential: z.boolean().exactOptional() }).nullish();

const essentialAcr = z.looseObject({
  essential: z.literal(true),
  value: z.string().exactOptional(),
  values: z.array(z.string()).min(1).exactOptional(),
});

/**
 * Whether an essential `acr` (OIDC Core §5.5.1.1) can be met at all. One that cannot be read is no demand that could be
 * passed over.
 */
export function judgeEssentialAcr(claims: { id_token?: unknown }): 'malformed' | 'unknown' | undefined {
  const { acr } = (claims.id_token ?? {}) as { acr?: AcrClaim | null };
  if (!anyAcr.safeParse(acr).success) return 'malformed';
  if (acr?.essential !== true) return undefined;
  const { success, data } = essentialAcr.safeParse(acr);
  if (!success) return 'malformed';
  const named = [...(data.value === undefined ? [] : [data.value]), ...(data.values ?? [])];
  return named.length === 0 || named.some(isKnown) ? undefined : 'unknown';
}
