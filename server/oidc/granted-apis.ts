/** What of APIs a grant holds, and what it gets without anybody being asked. */
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Api } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';

declare module 'oidc-provider' {
  interface Grant {
    /** Which APIs the scopes in `resources` are of: ids by audience. Ours is not among them. */
    apis?: Record<string, string> | undefined;
  }
}

/** Gives an app scopes of an API. */
export function addScopesOf(
  grant: Grant,
  api: Pick<Api, 'id' | 'audience'>,
  scopes: readonly string[],
): void {
  grant.addResourceScope(api.audience, scopes.join(' '));
  grant.apis = { ...grant.apis, [api.audience]: api.id };
}

interface Adding {
  apis: Pick<ApiCache, 'find'>;
  /** Of what an API may give, all that nobody has to be asked for. */
  withoutAsking: (api: Api) => Promise<readonly string[]>;
}

/** Tells whether the grant is another one now. */
export async function settleApis(
  grant: Grant,
  { oidc }: KoaContextWithOIDC,
  { apis, withoutAsking }: Adding,
): Promise<boolean> {
  let changed = false;
  for (const [audience, { scope }] of Object.entries(oidc.resourceServers ?? {})) {
    const api = await apis.find(audience);
    if (!api) continue;
    const stale = dropStale(grant, api);
    const given = grant.getResourceScopeEncountered(audience).split(' ');
    const asked = (scope ?? '').split(' ').filter((each) => oidc.requestParamScopes.has(each));
    const missing = asked.filter((each) => !given.includes(each));
    const free = missing.length > 0 ? await withoutAsking(api) : [];
    const added = missing.filter((each) => free.includes(each));
    if (added.length > 0) addScopesOf(grant, api, added);
    changed ||= stale || added.length > 0;
  }
  return changed;
}

/** What was allowed of an API that was removed since is not allowed of the one in its place. */
function dropStale(grant: Grant, { id, audience }: Api): boolean {
  if (!grant.resources?.[audience] || grant.apis?.[audience] === id) return false;
  delete grant.resources[audience];
  return true;
}
