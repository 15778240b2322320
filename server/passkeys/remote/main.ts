/** `latchkey passkeys`: the passkey manager as a service of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../../adapters/open.ts';
import { keepRenewed } from '../../certificates/keep-renewed.ts';
import { every, keepMetadata } from '../../chores.ts';
import type { Config } from '../../config.ts';
import { StorageError } from '../../errors.ts';
import { createReadiness } from '../../http/health.ts';
import { createMetrics, serveMetrics } from '../../http/metrics.ts';
import { serve } from '../../http/server.ts';
import type { Log } from '../../log.ts';
import { openAudit } from '../../open-audit.ts';
import { openClock } from '../../open-clock.ts';
import { managerHere, metadataHere, writtenDown } from '../../open-passkeys.ts';
import { keepSecret } from '../../open-secret.ts';
import { openReceiptKeys } from '../../receipts/keys.ts';
import { checkInstallation } from '../../secret/check-installation.ts';
import { type OpenSecret, openSecret } from '../../secret/secret-file.ts';
import { openCredentials } from '../../service-identity/credentials.ts';
import { type Running, startProcess } from '../../start-process.ts';
import type { Storage } from '../../storage.ts';
import type { RefusedCall } from './perform.ts';
import { limitRefusals } from './refusals.ts';
import { createPasskeyService } from './service.ts';

/** Beside a provider on the same machine it has data, and a secret, of its own. */
const defaults = {
  LATCHKEY_DATA_DIR: 'data/passkeys',
  LATCHKEY_LISTEN_PORT: '3443',
  LATCHKEY_CERTIFICATES: 'data/certificates',
};

const now = () => Date.now();
const name = 'passkey-manager';

/** These say where a provider finds a passkey manager, and one environment may serve both. */
const ofProviders = { LATCHKEY_PASSKEYS_URL: undefined, LATCHKEY_RECEIPT_KEYS: undefined };

export const start = () => startProcess({ ...defaults, ...process.env, ...ofProviders }, run);

export async function run(config: Config, log: Log, open = openStorage): Promise<Running> {
  await using resources = new AsyncDisposableStack();
  const { trustDomain, certificates: directory, storageUrl } = config;
  const stopping = new AbortController();
  await keepRenewed({ directory, trustDomain, names: [name], now, log, signal: stopping.signal });
  const credentials = resources.use(openCredentials({ directory, name, trustDomain, now, log }));
  const secret = openSecret(config);
  const embedded = storageUrl.startsWith('sqlite:');
  const storage = resources.use(
    await open({ url: storageUrl, role: 'server', schema: 'migrate', waitUntilReady: embedded }),
  );
  await untilChecked(storage, { secret, log });
  await openReceiptKeys({ receiptKeys: storage.receiptKeys, secret, now });
  const metrics = createMetrics({ collectRuntime: config.metricsPort !== undefined });
  metrics.watchCertificate(name, () => credentials.current.own.notAfter);
  const clock = openClock({ storage, log, metrics, now });
  void every(2000, { signal: stopping.signal, log }, clock.round);
  const { record } = openAudit({ config, secret, storage, log, now, clock, resources, metrics });
  const writeDown = limitRefusals((call) => {
    log.warn(call, 'call refused');
    void record(refusedCall(call));
  }, now);
  const onRefusedCall = (call: RefusedCall) => {
    metrics.countRefusedCall(call.reason);
    writeDown(call);
  };
  const metadata = resources.use(metadataHere({ config, storage, now, log }));
  metrics.watchMetadata(metadata.standing);
  const manager = managerHere({
    config,
    secret,
    storage,
    log,
    now,
    metadata,
    ...writtenDown(record, log),
  });
  const ping = () => storage.ping();
  const service = createPasskeyService({
    manager,
    credentials,
    trustDomain,
    ping,
    facts: () => ({ metadata: metadata.standing() }),
    onRefused: onRefusedCall,
    now,
    log,
  });
  resources.defer(() => stopping.abort());
  keepMetadata(metadata, { signal: stopping.signal, log });
  keepSecret({ storage, secret, log, metrics, now }).keep(
    (ms, chore) => void every(ms, { signal: stopping.signal, log }, chore),
  );
  void every(5000, { signal: stopping.signal, log }, manager.reviewModels);
  void every(60_000, { signal: stopping.signal, log }, async () => {
    await clock.untilRight(stopping.signal);
    await storage.sweep(now());
  });
  const { host, port } = config.listen;
  const listening = { host, port, setting: 'LATCHKEY_LISTEN_PORT', patience: 7000 };
  resources.use(await serve(service, listening));
  if (config.metricsPort !== undefined)
    resources.use(await serveMetrics(metrics.registry, { host, port: config.metricsPort }));
  log.info({ url: `https://${host}:${port}`, dataDir: config.dataDir }, 'passkey manager ready');
  return { readiness: createReadiness({ storage: ping }), resources: resources.move() };
}

function refusedCall({ reason, ...details }: RefusedCall) {
  return { type: 'service.refused', reason, details } as const;
}

/** Waits for a storage that is away, and checks the secret against it before anything is answered. */
async function untilChecked(
  storage: Storage,
  { secret, log }: { secret: OpenSecret; log: Log },
): Promise<void> {
  for (;;) {
    try {
      await storage.ping();
      await checkInstallation(storage.installation, { secret, now: now() });
      return;
    } catch (error) {
      const away = error instanceof StorageError && error.reason === 'unreachable';
      if (!away || storage.engine === 'sqlite') throw error;
      log.warn({ err: error }, 'waiting for the storage');
      await delay(1000);
    }
  }
}
