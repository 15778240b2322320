import type { ArtifactRepository } from './artifact.ts';
import type { Consents } from './grants.ts';
import type { Vault } from './vault.ts';

/** An app that has something of a person: by their consent, or first-party. */
export interface ConnectedApp {
  appId: string;
  scopes: readonly string[];
  since: number;
}

interface StoredGrant {
  clientId: string;
  iat: number;
  openid?: { scope?: string };
}

/** Every app that a person has allowed, or that holds a grant without having had to ask. Oldest first. */
export async function listConnectedApps(
  { artifacts, consents, vault }: { artifacts: ArtifactRepository; consents: Consents; vault: Vault },
  sub: string,
): Promise<ConnectedApp[]> {
  const [allowed, grants] = await Promise.all([consents.list(sub), artifacts.listByAccount(sub, 'Grant')]);
  const apps = new Map<string, ConnectedApp>();
  for (const { appId, scopes, grantedAt } of allowed) apps.set(appId, { appId, scopes, since: grantedAt });
  for (const grant of grants) add(apps, vault.open<StoredGrant>(grant));
  return [...apps.values()].toSorted((a, b) => a.since - b.since);
}

function add(apps: Map<string, ConnectedApp>, { clientId, iat, openid }: StoredGrant): void {
  const known = apps.get(clientId);
  const scopes = new Set([...(known?.scopes ?? []), ...(openid?.scope?.split(' ') ?? [])]);
  const since = Math.min(known?.since ?? Number.POSITIVE_INFINITY, iat * 1000);
  apps.set(clientId, { appId: clientId, scopes: [...scopes], since });
}
