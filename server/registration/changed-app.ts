/** What an app becomes that says something else of itself (RFC 7592 §2.2). */
import type { App } from '../apps/app.ts';
import { withChanges } from '../apps/change-app.ts';
import { cibaGrant } from '../apps/ciba.ts';
import type { NewApp } from '../apps/validation.ts';
import type { RegistrationPolicy } from './initial-access-token.ts';
import type { ClientRequest } from './metadata.ts';
import { refusedAs, requireSameSector } from './policy.ts';
import { keptProtection } from './protection.ts';
import { RegistrationRefusal } from './refusal.ts';

/** @throws RegistrationRefusal */
export function changedApp(
  before: App,
  { wanted, request, now }: { wanted: NewApp; request: ClientRequest; now: number },
): App {
  if (wanted.kind !== before.kind || methodOf(wanted) !== methodOf(before))
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      'what kind of app it is, and how it proves itself, cannot be changed: register another one',
    );
  const { kind: _, defaultAcrValues, subjectType = before.subjectType ?? null, ...said } = wanted;
  // What is left out is taken away (RFC 7592 §2.2); what administrators decided stays.
  const absent = {
    ...{ logoUri: null, jwks: null, jwksUri: null, clientCertificate: null },
    ...{ sectorIdentifierUri: null, initiateLoginUri: null, ciba: null },
  };
  const logout = {
    ...{ backchannelLogoutUri: null, backchannelLogoutSessionRequired: null },
    ...{ frontchannelLogoutUri: null, frontchannelLogoutSessionRequired: null },
  };
  try {
    const after = withChanges(
      before,
      {
        ...absent,
        ...logout,
        ...said,
        ...keptProtection(before, wanted),
        subjectType,
        defaultMaxAge: keptMaxAge(before, wanted),
        defaultAcrValues: (before.defaultAcrValues as typeof defaultAcrValues) ?? defaultAcrValues ?? null,
        apiScopes: keptScopes(before, wanted),
      },
      now,
    );
    requireSameSector(before, after);
    return { ...after, grantTypes: grantsOf(before, request) };
  } catch (error) {
    return refusedAs(error);
  }
}

const methodOf = ({ tokenEndpointAuthMethod = 'none' }: Pick<NewApp, 'tokenEndpointAuthMethod'> | App) =>
  tokenEndpointAuthMethod;

/** It may ask for less than before: more of our API is for administrators to give. */
function keptScopes({ apiScopes: before = [] }: App, wanted: NewApp): NewApp['apiScopes'] | null {
  const kept = wanted.apiScopes?.filter((scope) => before.includes(scope)) ?? [];
  return kept.length > 0 ? kept : null;
}

/** As careful as it was, or more: the shorter of both. */
function keptMaxAge({ defaultMaxAge: before }: App, { defaultMaxAge: wanted }: NewApp): number | null {
  const said = [before, wanted].filter((seconds) => seconds !== undefined);
  return said.length > 0 ? Math.min(...said) : null;
}

/**
 * What an app may make of itself later: no more than it is, at hosts of the policy that let it in. The token itself may
 * be gone since, and administrators may have taken something away.
 */
export const ownPolicy = ({
  kind,
  scopes,
  apiScopes = [],
  pkce,
  ciba,
  registration,
}: App): RegistrationPolicy => ({
  kinds: [kind],
  pkce,
  scopes: [...scopes, ...apiScopes],
  grantTypes: ciba ? [cibaGrant] : [],
  ...(registration?.redirectHosts && { redirectHosts: registration.redirectHosts }),
});

/** Only what was asked for: who does not want to refresh gets nothing to refresh with. */
export const grantsOf = ({ grantTypes }: App, request: ClientRequest): string[] =>
  grantTypes.filter((grant) => request.grant_types.includes(grant));
