/** oidc-provider with all that it stands on. */

import { type ApiCache, createApiCache } from './apis/api-cache.ts';
import { clientMetadata, wantsCertificate } from './apps/client-metadata.ts';
import { createSecretJudge } from './apps/imported-secret.ts';
import { createRefusalRecorder } from './apps/refusal-recorder.ts';
import { sectorOf } from './apps/sector.ts';
import { openClientAuthorities } from './client-certificates/authorities.ts';
import { createToldSub } from './logout-notices/told-sub.ts';
import { createAccountFinder } from './oidc/find-account.ts';
import { createConsents } from './oidc/grants.ts';
import { createImpersonations } from './oidc/impersonations.ts';
import { keepClients, rememberingMetadata } from './oidc/keep-clients.ts';
import { logoutToken } from './oidc/logout-token.ts';
import { createProviderPages } from './oidc/pages.ts';
import { createPairwiseUse, type PairwiseUse } from './oidc/pairwise-use.ts';
import { createProvider, type ProviderDependencies } from './oidc/provider.ts';
import { createProviderFetch } from './oidc/provider-fetch.ts';
import { createReplays } from './oidc/replays.ts';
import { openCiba } from './open-backchannel.ts';
import { openDeliverer } from './open-deliverer.ts';
import { type OpenedSessions, openSessions } from './open-sessions.ts';
import { openProviderWithKeys } from './open-signing-keys.ts';
import type { RoomDependencies } from './rooms.ts';
import { keepPairwiseSalt } from './secret/pairwise-salt.ts';

/** What oidc-provider asks others while somebody signs in. */
type Asked = Pick<ProviderDependencies, 'isStanding' | 'enough' | 'fewPasskeys'>;

/** oidc-provider with all that it stands on, and whoever tells apps that their sessions are over. */
export async function openProtocol(dependencies: RoomDependencies, asked: Asked) {
  const { secret, storage, apps, now } = dependencies;
  const pairwiseUse = createPairwiseUse({ storage, secret, now });
  const { dependents } = pairwiseUse;
  await keepPairwiseSalt({ repository: storage.installation, secret, dependents });
  const toldSub = createToldSub(secret.pairwise);
  const deliverer = openDeliverer(dependencies, (notice) =>
    logoutToken(provider, { ...notice, sub: toldSub(notice) }),
  );
  const opened = openSessions({ storage, secret, findApp: apps.find, deliver: deliverer.deliver, now });
  const apis = createApiCache(storage.apis);
  dependencies.alsoClear(apis);
  const consents = createConsents({ artifacts: storage.artifacts, ...opened });
  const impersonations = createImpersonations({ artifacts: storage.artifacts, vault: opened.vault, now });
  const made = { ...opened, consents, apis, impersonations, pairwiseUse };
  const known = { ...providerDependencies(dependencies, made), ...asked };
  const { provider, endpoints, keys } = await openProviderWithKeys(dependencies, (set) =>
    keepClients(
      createProvider({ ...known, keys: set, proofNonceSecret: secret.proofNonceSecret }),
      known.adapter.findClient,
    ),
  );
  const { vault } = opened;
  const { artifacts } = storage;
  const forRequests = { artifacts, vault, refusals: known.refusals, isStanding: asked.isStanding };
  return { ...made, provider, endpoints, deliverer, keys, forRequests };
}

type Made = Pick<ProviderDependencies, 'consents' | 'impersonations'> & {
  apis: ApiCache;
  pairwiseUse: PairwiseUse;
} & OpenedSessions;

function providerDependencies(
  dependencies: RoomDependencies,
  { vault, sessionEnds, pairwiseUse, ...made }: Made,
): Omit<ProviderDependencies, keyof Asked | 'keys' | 'proofNonceSecret'> {
  const { config, secret, storage, apps, documents, outbound, readPage, onSessionStarted } = dependencies;
  const { audit, log, every, now } = dependencies;
  const { artifacts } = storage;
  const refusals = createRefusalRecorder(storage.appRefusals, now);
  every(5000, refusals.flush);
  const metadataOf = rememberingMetadata((app) => clientMetadata(app, config.lifetimes));
  const judgeSecret = createSecretJudge({ apps: storage.apps, secret, onReplaced: apps.clear, now });
  return {
    config,
    cookieKeyring: secret.cookieKeyring,
    pairwise: secret.pairwise,
    remember: createReplays({ artifacts, vault, now }),
    fetch: createProviderFetch(outbound, now),
    clientAuthorities: openClientAuthorities(config.mtls?.authorities),
    now,
    ...made,
    leave: sessionEnds.leave,
    onSessionStarted,
    pages: createProviderPages({ readPage, hasConsole: config.administration, now }),
    log,
    adapter: {
      artifacts,
      vault,
      endSession: sessionEnds.endStored,
      lifetimes: config.lifetimes,
      now,
      problemOf: documents.problemOf,
      grantSectors: {
        async sectorNow(id) {
          const app = await apps.find(id);
          return app && (sectorOf(app) ?? '');
        },
        noteTold: pairwiseUse.noteTold,
      },
      async findClient(id) {
        const app = await apps.find(id);
        // Without its certificate it would get what binds nobody.
        const isOff = config.mtls === undefined && app !== undefined && wantsCertificate(app);
        return app && !isOff ? metadataOf(app) : undefined;
      },
    },
    findAccount: createAccountFinder(storage),
    refusals,
    tokens: audit,
    ...openCiba(dependencies, { refusals }),
    async judgeSecret(clientId, presented) {
      const app = await apps.find(clientId);
      return app ? judgeSecret(app, presented) : 'unknown';
    },
  };
}
