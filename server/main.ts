import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../adapters/open.ts';
import type { Audit } from './audit/audit.ts';
import { doChores, every, keepCertificates, keepMetadata } from './chores.ts';
import { commandName } from './cli/command-name.ts';
import type { ClockWatch } from './clock/clock-watch.ts';
import { type Config, doubtsAbout } from './config.ts';
import { demoStarter } from './demo-starter.ts';
import { leave } from './ending.ts';
import { AppError, StorageError } from './errors.ts';
import type { ModelCatalogue } from './fido-metadata/catalogue.ts';
import type { FidoMetadata } from './fido-metadata/metadata.ts';
import { greet } from './greet.ts';
import { createGate, type Gate } from './http/gate.ts';
import { createReadiness } from './http/health.ts';
import { createMetrics, type Metrics, serveMetrics } from './http/metrics.ts';
import { listen } from './http/server.ts';
import type { Log } from './log.ts';
import { findingResealed } from './oidc/finding-resealed.ts';
import { openApps } from './open-apps.ts';
import { openAudit } from './open-audit.ts';
import { openClock } from './open-clock.ts';
import { openFigures } from './open-figures.ts';
import { type Front, openFront } from './open-front.ts';
import { openOutbound } from './open-outbound.ts';
import { type LinkEvents, metadataHere, openPasskeys, writtenDown } from './open-passkeys.ts';
import { type KeptSecret, keepSecret } from './open-secret.ts';
import { requireSignerFiles } from './open-signing-keys.ts';
import type { Outbound } from './outbound/outbound.ts';
import { openRooms, type RoomDependencies } from './rooms.ts';
import { checkInstallation } from './secret/check-installation.ts';
import { type OpenSecret, openSecret } from './secret/secret-file.ts';
import { createRuleBook } from './sign-ins/rule-book.ts';
import { type Running, startProcess } from './start-process.ts';
import type { Storage } from './storage.ts';

const now = () => Date.now();

/** Starts the server that the environment describes. */
export const start = () => startProcess(process.env, run);

/** Milliseconds after which a server listens though its storage has not been reached. */
const mostDelay = 3000;

/** What tests give in place of what there is: a storage that fails, authenticators that nobody makes. */
export interface Given {
  open?: typeof openStorage;
  models?: ModelCatalogue | undefined;
  outbound?: Outbound | undefined;
}

export async function run(
  config: Config,
  log: Log,
  { open = openStorage, models, outbound = openOutbound(config) }: Given = {},
): Promise<Running> {
  for (const doubt of doubtsAbout(config)) log.warn({}, doubt);
  requireSignerFiles(config, now());
  const embedded = config.storageUrl.startsWith('sqlite:');
  const secret = openSecret(config);
  await using resources = new AsyncDisposableStack();
  const storage = resources.use(
    // A server of several waits for its database while it says that it is not ready.
    await open({ url: config.storageUrl, role: 'server', schema: 'migrate', waitUntilReady: embedded }),
  );
  const metrics = createMetrics({ collectRuntime: config.metricsPort !== undefined });
  const kept = keepSecret({ storage, secret, log, metrics, now });
  const clock = openClock({ storage, log, metrics, now });
  const rooms = createGate(() => {
    kept.requireFollowed();
    clock.requireRight();
  });
  const metadata = openMetadata({ config, storage, log, metrics });
  const checks = { storage: () => storage.ping(), rooms: async () => rooms.requireOpen() };
  const readiness = createReadiness(checks, () => (metadata ? { metadata: metadata.standing() } : {}));
  const front = openFront({ config, secret, log, metrics, readiness, rooms });
  const known = { ...(metadata && { metadata }), ...(models && { models }) };
  const parts = { config, secret, kept, clock, storage, log, metrics, resources, front, outbound, ...known };
  const dependencies = await openDependencies(parts);
  const prepared = prepare(dependencies, rooms, clock);
  // An embedded storage is there or is not: what is wrong with it is said before anything listens.
  if (embedded) await prepared;
  else {
    prepared.catch((error) => leave(error, log));
    // A gateway may send requests to whatever listens: not before they can be served, if that is soon.
    await Promise.race([prepared, delay(mostDelay, undefined, { ref: false })]);
  }
  resources.use(
    await listen(front.handler, {
      ...{ ...config.listen, patience: 7000 },
      isLeaving: () => readiness.stopping,
    }),
  );
  if (config.metricsPort !== undefined)
    resources.use(
      await serveMetrics(metrics.registry, { host: config.listen.host, port: config.metricsPort }),
    );
  prepared
    .then(() => greet(dependencies, commandName(process.env)))
    .catch((err: unknown) => log.warn({ err }, 'could not tell where the setup link is'));
  return { readiness, resources: resources.move() };
}

/** Where the passkey manager is in this process. @throws ConfigError */
function openMetadata(parts: { config: Config; storage: Storage; log: Log; metrics: Metrics }) {
  const { config, storage, log, metrics } = parts;
  if (config.passkeysUrl !== undefined) return undefined;
  const metadata = metadataHere({ config, storage, now, log });
  metrics.watchMetadata(metadata.standing);
  return metadata;
}

async function openDependencies(parts: {
  config: Config;
  secret: OpenSecret;
  kept: KeptSecret;
  clock: ClockWatch;
  storage: Storage;
  log: Log;
  metrics: Metrics;
  resources: AsyncDisposableStack;
  front: Front;
  outbound: Outbound;
  metadata?: FidoMetadata;
  models?: ModelCatalogue;
}): Promise<RoomDependencies> {
  const {
    config,
    secret,
    kept,
    clock,
    storage: opened,
    log,
    metrics,
    resources,
    front,
    outbound,
    ...known
  } = parts;
  const figures = openFigures({ storage: opened, log, now });
  const storage = { ...figures.storage, artifacts: findingResealed(figures.storage.artifacts) };
  const audit = openAudit({ config, secret, storage, log, now, clock, resources, metrics });
  const { apps, ...described } = openApps({ config, secret, storage, outbound, log, now });
  const chores = new AbortController();
  resources.defer(figures.flush);
  resources.defer(() => chores.abort());
  const counted = figures.counting(audit, metrics.countSignIn);
  if (config.passkeysUrl !== undefined) await keepCertificates(config, { log, signal: chores.signal });
  const passkeys = resources.use(
    await openPasskeys(
      { config, secret, storage, log, now, ...writtenDown(counted.record, log), ...known },
      linkEvents(metrics, counted.record),
    ),
  );
  if (known.metadata) keepMetadata(known.metadata, { signal: chores.signal, log });
  const ruleBook = createRuleBook({ groups: storage.groups, manager: passkeys.as('provider'), now });
  const always = (ms: number, chore: () => Promise<void>) =>
    void every(ms, { signal: chores.signal, log }, chore);
  // With a wrong clock everything would be over, or due.
  const repeatedly = (ms: number, chore: () => Promise<void>) =>
    always(ms, () => clock.untilRight(chores.signal).then(chore));
  if (passkeys.reviewModels) repeatedly(5000, passkeys.reviewModels);
  figures.keep(passkeys.as('provider'), repeatedly);
  kept.keep(always);
  always(2000, clock.round);
  const caches: { clear(): void }[] = [apps, ruleBook];
  doChores({ storage, caches, log, now }, { always, repeatedly });
  return {
    ...{ config, secret, storage, passkeys, apps, ...described, outbound, ruleBook, log, now },
    every: repeatedly,
    alsoClear: (cache) => void caches.push(cache),
    readPage: front.readPage,
    about: { env: process.env, examine: examineThis },
    audit: counted,
    onSessionStarted: figures.countSession,
    onLogoutNotice: metrics.countLogoutNotice,
    ...(config.demo ? { startDemo: demoStarter(config.issuer, resources) } : undefined),
  };
}

/** What `latchkey doctor` would say. */
async function examineThis() {
  const { examine } = await import('./cli/doctor/examine.ts');
  return examine({ env: process.env, openStorage, now });
}

function linkEvents(metrics: Metrics, record: Audit['record']): LinkEvents {
  return {
    onRefusedCall(call) {
      metrics.countRefusedCall('method');
      void record({ type: 'service.refused', details: { ...call } });
    },
    onState: (caller, state) => metrics.setLink(caller, state === 'up'),
    onConnected(caller, notAfter) {
      metrics.setLink(caller, true);
      metrics.watchCertificate(caller, notAfter);
    },
  };
}

/** The storage, or the right time. */
const isAway = (error: unknown) =>
  (error instanceof StorageError && error.reason === 'unreachable') ||
  (error instanceof AppError && error.code === 'unavailable');

/** Checks the secret against the storage, then opens the rooms. Waits for a storage that is away. */
async function prepare(dependencies: RoomDependencies, rooms: Gate, clock: ClockWatch): Promise<void> {
  const { storage, secret, log } = dependencies;
  for (let pause = 25; ; pause = Math.min(2 * pause, 1000)) {
    try {
      await storage.ping();
      await clock.round();
      clock.requireRight();
      await checkInstallation(storage.installation, { secret, now: now() });
      return rooms.open(await openRooms(dependencies));
    } catch (error) {
      if (!isAway(error) || storage.engine !== 'mongodb') throw error;
      // Connecting takes its time, which is nothing to report.
      if (pause > 500) log.warn({ err: error }, 'waiting for the storage');
      await delay(pause);
    }
  }
}
