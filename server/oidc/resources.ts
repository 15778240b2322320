/** What apps get tokens for beside people themselves (RFC 8707): our own API, and those that administrators define. */
import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { allowedScopes, isAllowed, isOf } from '../apis/allowed.ts';
import type { Api } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { apiResource } from '../apps/api-scopes.ts';
import { ownResource, ownScopes } from './api-resource.ts';

type Request = KoaContextWithOIDC['oidc'];

export function createResources(apis: Pick<ApiCache, 'find'>) {
  return {
    enabled: true,
    // Of several that were granted, an app says which one it wants a token for (RFC 8707 §2.2).
    defaultResource: async () => undefined as never,
    // Whoever asked for one resource need not say so again at the token endpoint.
    useGrantedResource: async () => true,
    /** @throws InvalidTarget, InvalidScope */
    async getResourceServerInfo({ oidc }: KoaContextWithOIDC, resource: string): Promise<ResourceServer> {
      const asked = await Promise.all(askedFor(oidc, resource).map((each) => scopesOf(oidc, each, apis)));
      if (resource === apiResource(oidc.issuer)) {
        const own = ownScopes(oidc);
        if (own.length > 0) requireAllowed(oidc, asked.flat());
        return ownResource(oidc);
      }
      const api = await apis.find(resource);
      // Nobody would be told there what an app asks for.
      const isSeen = oidc.route !== 'backchannel_authentication';
      if (!api || !isSeen || !isAllowed(api, oidc.client?.clientId ?? '') || !wasThere(api, oidc))
        throw new errors.InvalidTarget('resource is not one that this app may use');
      requireAllowed(oidc, asked.flat());
      return resourceServer(api, allowedScopes(api, oidc.client?.clientId ?? '', whose(oidc)));
    },
  };
}

/** An API as oidc-provider knows resources, with the scopes that somebody may have of it. */
export function resourceServer(api: Api, scopes: readonly string[]): ResourceServer {
  return {
    scope: scopes.join(' '),
    audience: api.audience,
    accessTokenTTL: api.tokenLifetime,
    accessTokenFormat: api.tokenFormat,
    ...(api.tokenFormat === 'jwt' && { jwt: { sign: { alg: api.signingAlg } } }),
  } as ResourceServer;
}

const isMachine = ({ params }: Request): boolean => params?.grant_type === 'client_credentials';
const whose = (oidc: Request) => (isMachine(oidc) ? 'machine' : 'people');

/** What is redeemed at the token endpoint. */
interface Source {
  resource?: string | string[] | undefined;
  iat?: number | undefined;
  /** When the first of several refresh tokens was issued. */
  iiat?: number | undefined;
}

function sourceOf({ refreshToken, authorizationCode, entities }: Request): Source | undefined {
  return (refreshToken ?? authorizationCode ?? entities.DeviceCode) as Source | undefined;
}

/** Scopes are asked for of all resources together, so what is too much is too much for each of them. */
function askedFor(oidc: Request, resource: string): string[] {
  const named = [oidc.params?.resource, sourceOf(oidc)?.resource, resource].flat();
  return [...new Set(named.filter((each) => typeof each === 'string'))];
}

async function scopesOf(oidc: Request, resource: string, apis: Pick<ApiCache, 'find'>): Promise<string[]> {
  if (resource === apiResource(oidc.issuer)) return ownScopes(oidc);
  const api = await apis.find(resource);
  return api ? allowedScopes(api, oidc.client?.clientId ?? '', whose(oidc)) : [];
}

/** What was given for an API that is gone is nothing for the one in its place. */
function wasThere(api: Api, oidc: Request): boolean {
  const source = sourceOf(oidc);
  const issuedAt = source?.iiat ?? source?.iat;
  return issuedAt === undefined || isOf(api, issuedAt);
}

/** oidc-provider leaves out what is too much (RFC 6749 §3.3 allows it); an app is better told. */
function requireAllowed(oidc: Request, allowed: readonly string[]) {
  const { requestParamScopes, requestParamOIDCScopes } = oidc;
  if (isMachine(oidc) && requestParamScopes.size === 0)
    throw new errors.InvalidScope(`scope must name some of ${allowed.join(' ')}`, '');
  const known = [...allowed, ...(isMachine(oidc) ? [] : requestParamOIDCScopes)];
  const beyond = [...requestParamScopes].filter((scope) => !known.includes(scope));
  if (beyond.length > 0) throw new errors.InvalidScope('requested scope is not allowed', beyond.join(' '));
}
