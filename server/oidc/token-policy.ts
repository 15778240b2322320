/** Who may ask about a token, and end it (RFC 7662 §4, RFC 7009 §2.1). */
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { allowedScopes, isAllowed, isOf } from '../apis/allowed.ts';
import type { Api } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { belongsTo, type Detail } from '../apis/details.ts';
import { tokenExchange } from '../apps/client-metadata.ts';
import { ownsToken } from './client-rules.ts';
import { type ImpersonationDependencies, standingImpersonation } from './impersonation.ts';
import { type Actor, chainOf, standingGrant } from './subject-token.ts';

interface Token {
  kind?: string;
  clientId?: string | undefined;
  aud?: string | string[] | undefined;
  iat?: number;
  scope?: string | undefined;
  gty?: string | undefined;
  rar?: Detail[] | undefined;
  /** What an exchanged one stands on. */
  extra?: { grant_id?: string; act?: Actor } | undefined;
}

/**
 * An app learns of its own tokens, and an API of those that are for it. One that is for an API says no more than the API
 * gives that app today, and nothing once the API is gone.
 */
export function createIntrospectionPolicy({ apis, ...dependencies }: PolicyDependencies) {
  return async function mayAsk(ctx: KoaContextWithOIDC, client: Client, token: Token): Promise<boolean> {
    const owns = await ownsToken(ctx, client, token);
    if (typeof token.aud !== 'string') return owns;
    const api = await apis.find(token.aud);
    if (!api || !isOf(api, token.iat ?? 0)) return false;
    const chain = await holdersOf({ ...dependencies, provider: ctx.oidc.provider }, token);
    if (!chain) return false;
    // Of a token that came by others, each of them must still have what it holds.
    if (!chain.every((id) => isAllowed(api, id))) return false;
    // It is this very object that the answer is made of.
    token.scope = stillAllowed(api, token, chain);
    token.rar = stillDetailed(api, token, chain);
    return owns || api.introspectedBy.includes(client.clientId);
  };
}

interface PolicyDependencies extends Omit<ImpersonationDependencies, 'provider'> {
  apis: Pick<ApiCache, 'find'>;
}

/** Every app that the token came by; `undefined` where what it stands on is gone. */
async function holdersOf(
  dependencies: ImpersonationDependencies,
  { clientId = '', gty, extra = {} }: Token,
): Promise<string[] | undefined> {
  if (gty !== tokenExchange) return [clientId];
  const { act, grant_id = '' } = extra;
  const stands = { client_id: clientId, grant_id, act };
  const grant = await (act
    ? standingGrant(dependencies, stands)
    : standingImpersonation(dependencies, stands));
  const root = grant?.clientId;
  if (root === undefined) return undefined;
  return act ? chainOf(root, act) : [root, clientId];
}

function stillAllowed(api: Api, { kind, scope = '' }: Token, chain: readonly string[]): string {
  const whose = kind === 'ClientCredentials' ? 'machine' : 'people';
  const allowed = chain.map((id) => allowedScopes(api, id, whose));
  return scope
    .split(' ')
    .filter((each) => allowed.every((scopes) => scopes.includes(each)))
    .join(' ');
}

/** `undefined` where nothing is left: an empty list would say that details were asked for. */
function stillDetailed(api: Api, { rar = [] }: Token, chain: readonly string[]): Detail[] | undefined {
  const left = rar.filter((detail) => chain.every((id) => belongsTo(api, id, detail)));
  return left.length > 0 ? left : undefined;
}
