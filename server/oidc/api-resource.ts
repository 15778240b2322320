/**
 * Our own API as a resource (RFC 8707): which scopes of it an app gets, and with whom.
 *
 * An app asks for no more than an administrator allowed it, and a person gives it no more than they may do themselves.
 */
import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { apiScopesOf } from '../accounts/role-scopes.ts';
import { type ApiScope, apiResource, apiScopes } from '../apps/api-scopes.ts';
import { personOf } from './person.ts';

type Request = KoaContextWithOIDC['oidc'];

/** Seconds: it cannot be taken back before, but by who looks at app, person and grant at each request. */
const longestLife = 10 * 60;

/** @throws InvalidTarget, InvalidScope */
export function ownResource(oidc: Request): ResourceServer {
  const allowed = ownScopes(oidc);
  if (allowed.length === 0) throw new errors.InvalidTarget('resource is not one that this app may use');
  const scopes = oidc.account ? forPerson(allowed, oidc) : allowed;
  if (scopes.length === 0)
    throw new errors.InvalidScope(
      'the person has no part in administration',
      [...oidc.requestParamScopes].join(' '),
    );
  return {
    scope: scopes.join(' '),
    audience: apiResource(oidc.issuer),
    accessTokenTTL: longestLife,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}

/** Of our own API, those that an administrator allowed the app. */
export function ownScopes({ client }: Pick<Request, 'client'>): ApiScope[] {
  const allowed = (client?.latchkey_api_scopes ?? []) as string[];
  return apiScopes.filter((scope) => allowed.includes(scope));
}

const forPerson = (scopes: readonly ApiScope[], { account }: Request): ApiScope[] => {
  const own = apiScopesOf(personOf(account));
  return scopes.filter((scope) => own.includes(scope));
};

type Server = { scope: string; audience?: string | undefined };

/** Ours among the resources of a request. */
const ownServer = ({ resourceServers, issuer }: Request): Server | undefined =>
  (resourceServers as Record<string, Server> | undefined)?.[apiResource(issuer)];

/** Once it is known who is there: leaves of our API what this person may give. */
export function narrowToPerson(oidc: Request): void {
  const server = ownServer(oidc);
  if (server) server.scope = forPerson(server.scope.split(' ') as ApiScope[], oidc).join(' ');
}

/** Whether an app wants a part in administration, and there is none that the person could give it. */
export function hasNothingToGive(oidc: Request): boolean {
  const server = ownServer(oidc);
  const asked = [...oidc.requestParamScopes].filter((scope) => apiScopes.includes(scope as ApiScope));
  return server !== undefined && asked.length > 0 && !givesSome(asked, server);
}

const givesSome = (asked: readonly string[], { scope }: Server): boolean =>
  scope.split(' ').some((each) => asked.includes(each));
