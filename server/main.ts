import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../adapters/open.ts';
import { openAssets } from '../views/assets.ts';
import { errorPage } from '../views/pages/error.ts';
import { createAppCache } from './apps/app-cache.ts';
import { builtinApps } from './apps/builtin-apps.ts';
import { type Audit, createAudit } from './audit/audit.ts';
import { doChores, every } from './chores.ts';
import { commandName } from './cli/command-name.ts';
import { type Config, doubtsAbout } from './config.ts';
import { demoStarter } from './demo-starter.ts';
import { leave } from './ending.ts';
import { StorageError } from './errors.ts';
import { greet } from './greet.ts';
import { createApplication } from './http/application.ts';
import { serveAssets, withLogo } from './http/assets.ts';
import { createGate, type Gate } from './http/gate.ts';
import { createReadiness, type Readiness } from './http/health.ts';
import { createMetrics, type Metrics, serveMetrics } from './http/metrics.ts';
import { createPageReader } from './http/page.ts';
import { listen } from './http/server.ts';
import type { Log } from './log.ts';
import { openPaths } from './oidc/routes.ts';
import { type LinkEvents, openPasskeys, type PasskeysHere, refusedCeremony } from './open-passkeys.ts';
import { openRooms, type RoomDependencies } from './rooms.ts';
import { checkInstallation } from './secret/check-installation.ts';
import { type OpenSecret, openSecret } from './secret/secret-file.ts';
import { type Running, startProcess } from './start-process.ts';
import type { Storage } from './storage.ts';

const now = () => Date.now();

/** Starts the server that the environment describes. */
export const start = () => startProcess(process.env, run);

/** Milliseconds after which a server listens though its storage has not been reached. */
const mostDelay = 3000;

/** @param open tests give one whose storage fails */
export async function run(config: Config, log: Log, open = openStorage): Promise<Running> {
  for (const doubt of doubtsAbout(config)) log.warn({}, doubt);
  const embedded = config.storageUrl.startsWith('sqlite:');
  const secret = openSecret(config);
  await using resources = new AsyncDisposableStack();
  const storage = resources.use(
    // A server of several waits for its database while it says that it is not ready.
    await open({
      url: config.storageUrl,
      role: 'server',
      schema: 'migrate',
      waitUntilReady: embedded,
    }),
  );
  const metrics = createMetrics({ collectRuntime: config.metricsPort !== undefined });
  const rooms = createGate();
  const readiness = createReadiness({
    storage: () => storage.ping(),
    rooms: async () => rooms.requireOpen(),
  });
  const front = openFront({ config, secret, log, metrics, readiness, rooms });
  const dependencies = await openDependencies({ config, secret, storage, log, metrics, resources, front });
  const prepared = prepare(dependencies, rooms);
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

type Front = ReturnType<typeof openFront>;

/** Everything that answers without a storage: pages, assets, health. */
function openFront(parts: {
  config: Config;
  secret: OpenSecret;
  log: Log;
  metrics: Metrics;
  readiness: Readiness;
  rooms: Gate;
}) {
  const { config, secret, rooms, ...rest } = parts;
  const { brand, issuer } = config;
  const assets = openAssets({ accent: brand.accent });
  const { find, logoUrl } = brand.logo ? withLogo(assets.find, brand.logo) : { find: assets.find };
  const readPage = createPageReader({
    issuer,
    assets: assets.urls,
    brand: {
      name: brand.name,
      ...(logoUrl ? { logoUrl } : undefined),
      ...(brand.supportContact ? { supportContact: brand.supportContact } : undefined),
    },
  });
  const app = createApplication({
    ...rest,
    issuer,
    trustedProxies: config.trustedProxies,
    cookieKeyring: secret.cookieKeyring,
    openPaths,
    renderErrorPage: (ctx, { status, code, message }) => {
      const retries = code === 'unavailable' && ctx.method === 'GET';
      const data = { status, code, description: message, startUrl: '/account', retries };
      return String(errorPage(readPage(ctx), data));
    },
  });
  app.use(serveAssets(find)).use(rooms.middleware);
  return { readPage, handler: app.callback() };
}

async function openDependencies(parts: {
  config: Config;
  secret: OpenSecret;
  storage: Storage;
  log: Log;
  metrics: Metrics;
  resources: AsyncDisposableStack;
  front: Front;
}): Promise<RoomDependencies> {
  const { config, secret, storage, log, metrics, resources, front } = parts;
  const audit = createAudit({ events: storage.auditEvents, now, log, onLost: metrics.countLostAuditEvents });
  const apps = createAppCache(storage.apps, { builtin: builtinApps(config) });
  const chores = new AbortController();
  resources.defer(() => audit.flush());
  resources.defer(() => chores.abort());
  doChores({ storage, apps, log, now }, chores.signal);
  const counted: Audit = {
    ...audit,
    record(event) {
      if (event.type === 'sign_in.succeeded') metrics.countSignIn('succeeded');
      if (event.type === 'sign_in.failed') metrics.countSignIn(event.reason ?? 'failed');
      return audit.record(event);
    },
  };
  const { record } = counted;
  if (config.passkeysUrl !== undefined) await keepCertificates(config, { log, signal: chores.signal });
  const onRefused: PasskeysHere['onRefused'] = (refused) => void record(refusedCeremony(refused));
  const passkeys = resources.use(
    await openPasskeys({ config, secret, storage, log, now, onRefused }, linkEvents(metrics, record)),
  );
  return {
    config,
    secret,
    storage,
    passkeys,
    apps,
    log,
    now,
    every: (ms, chore) => void every(ms, { signal: chores.signal, log }, chore),
    readPage: front.readPage,
    audit: counted,
    ...(config.demo ? { startDemo: demoStarter(config.issuer, resources) } : undefined),
  };
}

/** Where the authority lies beside the server, its own certificates are renewed by themselves, and no others. */
async function keepCertificates(
  { certificates: directory, trustDomain }: Config,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const { keepRenewed } = await import('./certificates/keep-renewed.ts');
  await keepRenewed({ directory, trustDomain, names: ['provider', 'enrolment'], now, log, signal });
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

/** Checks the secret against the storage, then opens the rooms. Waits for a storage that is away. */
async function prepare(dependencies: RoomDependencies, rooms: Gate): Promise<void> {
  const { storage, secret, log } = dependencies;
  for (let pause = 25; ; pause = Math.min(2 * pause, 1000)) {
    try {
      await storage.ping();
      await checkInstallation(storage.installation, { secret, now: now() });
      return rooms.open(await openRooms(dependencies));
    } catch (error) {
      const away =
        error instanceof StorageError && error.reason === 'unreachable' && storage.engine === 'mongodb';
      if (!away) throw error;
      // Connecting takes its time, which is nothing to report.
      if (pause > 500) log.warn({ err: error }, 'waiting for the storage');
      await delay(pause);
    }
  }
}
