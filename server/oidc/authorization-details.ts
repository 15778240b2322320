/** Rich authorization requests (RFC 9396): of types that administrators define with an API, and nothing else. */
import { isDeepStrictEqual } from 'node:util';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { ApiCache } from '../apis/api-cache.ts';
import { belongsTo, type Detail } from '../apis/details.ts';

type Request = KoaContextWithOIDC['oidc'];
type Apis = Pick<ApiCache, 'find' | 'latest'>;

interface Source {
  rar?: Detail[] | undefined;
}

export function authorizationDetails(apis: Apis) {
  const options = {
    enabled: true as const,
    types: typesOf(apis),
    /** What the person has agreed to, in this very request: details are never remembered. */
    async authorizationDetailsForGrantSource({ oidc }: KoaContextWithOIDC): Promise<Detail[]> {
      const details = detailsOf(oidc);
      const { sub } = (oidc.result?.consent ?? {}) as { sub?: string };
      if (details.length > 0 && (sub === undefined || sub !== oidc.account?.accountId))
        throw new errors.AccessDenied('somebody else agreed to the authorization details');
      const owned = await Promise.all(details.map((detail) => isOfSome(apis, oidc, detail)));
      return details.filter((_, index) => owned[index]);
    },
    /** Those of the API that the token is for; an app may ask for fewer than it was given (RFC 9396 §6). */
    async authorizationDetailsForAccessToken(
      { oidc }: KoaContextWithOIDC,
      token: object,
      source?: object,
    ): Promise<Detail[]> {
      const granted = (source as Source | undefined)?.rar ?? [];
      const asked = oidc.params?.authorization_details === undefined ? granted : detailsOf(oidc);
      if (asked.some((detail) => !granted.some((each) => isDeepStrictEqual(each, detail))))
        throw new errors.InvalidAuthorizationDetails('authorization details beyond those that were granted');
      const { aud } = token as { aud?: string };
      const api = aud === undefined ? undefined : await apis.find(aud);
      const appId = oidc.client?.clientId ?? '';
      return api ? asked.filter((detail) => belongsTo(api, appId, detail)) : [];
    },
    authorizationDetailsForIntrospection: async (_ctx: KoaContextWithOIDC, token: object) =>
      (token as Source).rar,
  };
  // oidc-provider copies plain objects, once: these types are to be those of today.
  return Object.assign(Object.create(null), options) as typeof options;
}

/** A client would have to name its types, which are those of its APIs, and these change: they are looked up above. */
export function leaveTypesToApis({ Client }: Provider): void {
  const named = { get: () => undefined, set() {} };
  Object.defineProperty(Client.prototype, 'authorizationDetailsTypes', named);
}

function detailsOf({ params }: Pick<Request, 'params'>): Detail[] {
  const said = params?.authorization_details;
  return typeof said === 'string' ? JSON.parse(said) : [];
}

/** Ways that no person is asked on, or that lead past the page that would show them. */
const without = new Set<unknown>(['client_credentials', 'urn:openid:params:grant-type:ciba']);

/**
 * oidc-provider looks a type up before it asks whether details are as they should be. Which types there are changes, and
 * whether an app may use one depends on the API that it asks for, so each name is taken here and decided there.
 */
function typesOf(apis: Apis): Record<string, { validate: typeof validate }> {
  async function validate({ oidc }: KoaContextWithOIDC, detail: Detail): Promise<void> {
    if (without.has(oidc.params?.grant_type) || oidc.route === 'backchannel_authentication')
      throw new errors.InvalidAuthorizationDetails('authorization details need a person who sees them');
    if (!(await isOfSome(apis, oidc, detail)))
      throw new errors.InvalidAuthorizationDetails(
        'authorization details of a type that this app may not use at the resource, or with other fields',
      );
  }
  const known = () => [
    ...new Set(apis.latest().flatMap(({ detailTypes = [] }) => detailTypes.map(({ type }) => type))),
  ];
  const isName = (name: string | symbol): name is string =>
    typeof name === 'string' && !(name in Object.prototype);
  return new Proxy<Record<string, { validate: typeof validate }>>(
    {},
    {
      get: (target, name) => (isName(name) ? { validate } : Reflect.get(target, name)),
      getOwnPropertyDescriptor: (_, name) =>
        isName(name) ? { value: { validate }, enumerable: true, configurable: true } : undefined,
      // What is announced.
      ownKeys: known,
    },
  );
}

async function isOfSome(apis: Apis, { params, client }: Request, detail: Detail): Promise<boolean> {
  const named = [params?.resource].flat().filter((each) => typeof each === 'string');
  const found = await Promise.all(named.map((resource) => apis.find(resource)));
  return found.some((api) => api !== undefined && belongsTo(api, client?.clientId ?? '', detail));
}
