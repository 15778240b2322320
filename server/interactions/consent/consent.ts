import type { Grant, Interaction } from 'oidc-provider';
import type { Account } from '../../accounts/account.ts';
import { type AttributeDefinition, attributeClaims } from '../../accounts/attribute.ts';
import { scopes, scopesOfClaims } from '../../accounts/claims.ts';
import { apiScopesOf } from '../../accounts/role-scopes.ts';
import { allowedScopes, isAllowed } from '../../apis/allowed.ts';
import type { Api, DefinedScope } from '../../apis/api.ts';
import type { ApiCache } from '../../apis/api-cache.ts';
import { type Detail, type ReadDetail, readDetail } from '../../apis/details.ts';
import { apiResource, apiScopes } from '../../apps/api-scopes.ts';
import type { App } from '../../apps/app.ts';
import { addScopesOf } from '../../oidc/granted-apis.ts';

/** What a page of consent is about. */
export interface Asked {
  missingOIDCScope?: readonly string[];
  missingOIDCClaims?: readonly string[];
  /** By the resource: what of it this person may give and has not given yet. */
  missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
}

/** What the person is shown: the scopes, and those that cover claims asked for one by one. */
export function scopesToAllow(asked: Asked, requested: readonly string[]): string[] {
  const behindClaims = scopesOfClaims(asked.missingOIDCClaims ?? []);
  return [...new Set([...requested, ...(asked.missingOIDCScope ?? []), ...behindClaims])];
}

/** What a request asks of an API that an administrator defined. */
export interface AskedOfApi {
  api: Api;
  scopes: DefinedScope[];
  details: ReadDetail[];
}

/** Of each API that a request names, what the app may have there. */
export async function askedOfApis(
  { params }: Pick<Interaction, 'params'>,
  { apis, appId }: { apis: Pick<ApiCache, 'find'>; appId: string },
): Promise<AskedOfApi[]> {
  const asked = String(params.scope ?? '').split(' ');
  const found = await Promise.all([params.resource].flat().map((resource) => apis.find(String(resource))));
  return found.flatMap((api) => {
    if (!api || !isAllowed(api, appId)) return [];
    const allowed = allowedScopes(api, appId, 'people').filter((scope) => asked.includes(scope));
    const details = detailsOf(params).flatMap((detail) => readDetail(api, appId, detail) ?? []);
    return { api, scopes: api.scopes.filter(({ name }) => allowed.includes(name)), details };
  });
}

/** oidc-provider has refused what is not such JSON, and what no API has a type for. */
const detailsOf = ({ authorization_details: said }: Interaction['params']): Detail[] =>
  typeof said === 'string' ? JSON.parse(said) : [];

/** Gives the app what it asked for of APIs. Returns that by the ids of the APIs. */
export function allowOfApis(grant: Grant, asked: readonly AskedOfApi[]): Record<string, string[]> {
  const some = asked.filter(({ scopes }) => scopes.length > 0);
  for (const { api, scopes } of some)
    addScopesOf(
      grant,
      api,
      scopes.map(({ name }) => name),
    );
  return Object.fromEntries(some.map(({ api, scopes }) => [api.id, scopes.map(({ name }) => name)]));
}

/** Gives the app what it asked for and did not have yet. Returns the scopes that the person has seen. */
export function allow(
  grant: Grant,
  { asked, requested, issuer }: { asked: Asked; requested: readonly string[]; issuer: string },
): string[] {
  const [ofApi, scopes] = divide(scopesToAllow(asked, requested));
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (asked.missingOIDCClaims) grant.addOIDCClaims([...asked.missingOIDCClaims]);
  const own = apiResource(issuer);
  const missing = asked.missingResourceScopes?.[own];
  if (missing) grant.addResourceScope(own, missing.join(' '));
  return [...scopes, ...ofApi];
}

/** What was asked for, and of our API what the app may have and the person may give. */
export function requestedScopes(
  { params }: Pick<Interaction, 'params'>,
  { app, account, issuer }: { app: Pick<App, 'apiScopes'> | undefined; account: Account; issuer: string },
): string[] {
  const own: readonly string[] = apiScopesOf(account);
  const ofApi = [params.resource].flat().includes(apiResource(issuer)) ? (app?.apiScopes ?? []) : [];
  const asked = String(params.scope ?? '').split(' ');
  return asked.filter((scope) => scopes.includes(scope) || (ofApi.includes(scope) && own.includes(scope)));
}

/** By their labels, with what is kept of the person. */
export function attributesTold(
  { app, account }: { app: App; account: Account },
  definitions: readonly AttributeDefinition[],
) {
  return attributeClaims(account, app, definitions).map(({ definition, value }) => ({
    label: definition.label,
    value,
  }));
}

/** Those of our API, and the others. */
function divide(all: readonly string[]): [ofApi: string[], others: string[]] {
  const isOfApi = (scope: string) => (apiScopes as readonly string[]).includes(scope);
  return [all.filter(isOfApi), all.filter((scope) => !isOfApi(scope))];
}
