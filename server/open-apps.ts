import { createAppCache } from './apps/app-cache.ts';
import { builtinApps } from './apps/builtin-apps.ts';
import { withTrials } from './apps/trial-app.ts';
import { createTrialKeys } from './apps/trial-keys.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { createVault, type VaultSecret } from './oidc/vault.ts';
import type { Outbound } from './outbound/outbound.ts';
import { createClientDocuments, withDocuments } from './registration/documents.ts';
import type { Storage } from './storage.ts';

/** All apps there are: our own, those that are kept, stand-ins for trials, and those that describe themselves. */
export function openApps(parts: {
  config: Pick<Config, 'issuer' | 'demo' | 'clientDocumentHosts'>;
  secret: VaultSecret;
  storage: Pick<Storage, 'apps' | 'artifacts'>;
  outbound: Pick<Outbound, 'ask'>;
  log: Log;
  now: () => number;
}) {
  const { config, secret, storage, outbound, log, now } = parts;
  const documents = createClientDocuments({ hosts: config.clientDocumentHosts, ask: outbound.ask, log, now });
  const stored = createAppCache(storage.apps, { builtin: builtinApps(config) });
  const trialKeys = createTrialKeys({ artifacts: storage.artifacts, vault: createVault(secret), now });
  const apps = withTrials(stored, { issuer: config.issuer, keys: trialKeys });
  return {
    trialKeys,
    apps: withDocuments(apps, documents),
    documents,
    knownApp: async (id: string) => (await apps.find(id)) ?? documents.known(id),
  };
}
