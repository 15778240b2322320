import type { Api, DefinedScope } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import type { ArtifactRepository } from './artifact.ts';
import type { Consents } from './grants.ts';
import type { Vault } from './vault.ts';

/** An app that has something of a person: by their consent, or first-party. */
export interface ConnectedApp {
  appId: string;
  scopes: readonly string[];
  /** Of APIs that administrators define. */
  apis: readonly { api: Api; scopes: readonly DefinedScope[] }[];
  since: number;
  /** What the person approved on another device than the app's, the latest first. */
  approvals: readonly Approval[];
}

interface Approval {
  at: number;
  message?: string;
}

interface StoredGrant {
  clientId: string;
  iat: number;
  openid?: { scope?: string };
  approved?: Approval;
  /** Scopes by resource. */
  resources?: Record<string, string>;
  /** Ids of APIs by resource. */
  apis?: Record<string, string>;
}

interface Dependencies {
  artifacts: ArtifactRepository;
  consents: Consents;
  apis: Pick<ApiCache, 'list'>;
  vault: Vault;
}

/** What an app has: of APIs, names of scopes by the id of the API. */
interface Held {
  appId: string;
  scopes: Set<string>;
  apis: Map<string, Set<string>>;
  since: number;
  approvals: Approval[];
}

/** Every app that a person has allowed, or that holds a grant without having had to ask. Oldest first. */
export async function listConnectedApps(
  { artifacts, consents, apis, vault }: Dependencies,
  sub: string,
): Promise<ConnectedApp[]> {
  const [allowed, grants, defined] = await Promise.all([
    consents.list(sub),
    artifacts.listByAccount(sub, 'Grant'),
    apis.list(),
  ]);
  const held = new Map<string, Held>();
  const of = (appId: string): Held => {
    const known = held.get(appId);
    if (known) return known;
    const nothing = { scopes: new Set<string>(), apis: new Map(), approvals: [] };
    const made = { appId, ...nothing, since: Number.POSITIVE_INFINITY };
    held.set(appId, made);
    return made;
  };
  for (const { appId, scopes, apis: ofApis = {}, grantedAt } of allowed)
    hold(of(appId), { scopes, apis: ofApis, since: grantedAt });
  for (const stored of grants) {
    const grant = vault.open<StoredGrant>(stored);
    hold(of(grant.clientId), ofGrant(grant));
    if (grant.approved) of(grant.clientId).approvals.push(grant.approved);
  }
  return [...held.values()]
    .map(({ scopes, apis: ofApis, approvals, ...app }) => ({
      ...app,
      approvals: approvals.toSorted((a, b) => b.at - a.at),
      scopes: [...scopes],
      // Of one that is gone an app has nothing any more.
      apis: defined.flatMap((api) => {
        const names = ofApis.get(api.id);
        return names ? { api, scopes: api.scopes.filter(({ name }) => names.has(name)) } : [];
      }),
    }))
    .toSorted((a, b) => a.since - b.since);
}

interface Holding {
  scopes: readonly string[];
  apis: Record<string, readonly string[]>;
  since: number;
}

function hold(held: Held, { scopes, apis, since }: Holding): void {
  for (const scope of scopes) held.scopes.add(scope);
  for (const [id, names] of Object.entries(apis))
    held.apis.set(id, new Set([...(held.apis.get(id) ?? []), ...names]));
  held.since = Math.min(held.since, since);
}

/** Scopes of a resource that is no API of an administrator are of our own. */
function ofGrant({ iat, openid, resources = {}, apis = {} }: StoredGrant): Holding {
  const own = Object.entries(resources).filter(([audience]) => apis[audience] === undefined);
  const defined = Object.entries(apis).map(([audience, id]) => [id, wordsOf(resources[audience])]);
  return {
    scopes: [openid?.scope, ...own.map(([, scope]) => scope)].flatMap(wordsOf),
    apis: Object.fromEntries(defined),
    since: iat * 1000,
  };
}

const wordsOf = (scope: string | undefined): string[] => scope?.split(' ').filter(Boolean) ?? [];
