import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../adapters/open.ts';
import { openAssets } from '../views/assets.ts';
import { errorPage } from '../views/pages/error.ts';
import { createLink } from './admin/links.ts';
import { createAppCache } from './apps/app-cache.ts';
import { builtinApps } from './apps/builtin-apps.ts';
import { createAudit } from './audit/audit.ts';
import { doChores } from './chores.ts';
import { commandName, nameCommands } from './cli/command-name.ts';
import { failureLines } from './cli/failure.ts';
import { type Config, doubtsAbout, readConfig } from './config.ts';
import { leave, leaveOnFaults, stopOnSignals } from './ending.ts';
import { hasAdministrator } from './enrolment/link.ts';
import { AppError, ConfigError, StorageError } from './errors.ts';
import { greeting } from './home/greeting.ts';
import { createApplication } from './http/application.ts';
import { serveAssets, withLogo } from './http/assets.ts';
import { createGate, type Gate } from './http/gate.ts';
import { createReadiness, type Readiness } from './http/health.ts';
import { createMetrics, type Metrics, serveMetrics } from './http/metrics.ts';
import { createPageReader } from './http/page.ts';
import { listen } from './http/server.ts';
import { createLog, type Log } from './log.ts';
import { openPaths } from './oidc/routes.ts';
import { createPasskeyManager } from './passkeys/create-manager.ts';
import { openRooms, type RoomDependencies } from './rooms.ts';
import { checkInstallation } from './secret/check-installation.ts';
import { type OpenSecret, openSecret } from './secret/secret-file.ts';
import type { Storage } from './storage.ts';

const now = () => Date.now();

/** Milliseconds after which a server listens though its storage has not been reached. */
const mostDelay = 3000;

/** Starts the server that the environment describes; SIGTERM or SIGINT stops it. */
export async function start(): Promise<void> {
  try {
    const config = readConfig(process.env);
    const log = createLog(config.log);
    leaveOnFaults(log);
    stopOnSignals(await run(config, log), { log, notice: config.onLocalhost ? 0 : 1500 });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StorageError)) throw error;
    console.error(nameCommands(`Latchkey did not start.\n${failureLines(error)}`, process.env));
    process.exit(1);
  }
}

export interface Running {
  readiness: Readiness;
  resources: AsyncDisposableStack;
}

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
  const dependencies = openDependencies({ config, secret, storage, log, metrics, resources, front });
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
    .then(() => greet(dependencies))
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
    renderErrorPage: (ctx, { status, code, message }) =>
      String(errorPage(readPage(ctx), { status, code, description: message, startUrl: '/account' })),
  });
  app.use(serveAssets(find)).use(rooms.middleware);
  return { readPage, handler: app.callback() };
}

function openDependencies(parts: {
  config: Config;
  secret: OpenSecret;
  storage: Storage;
  log: Log;
  metrics: Metrics;
  resources: AsyncDisposableStack;
  front: Front;
}): RoomDependencies {
  const { config, secret, storage, log, metrics, resources, front } = parts;
  const audit = createAudit({ events: storage.auditEvents, now, log, onLost: metrics.countLostAuditEvents });
  const apps = createAppCache(storage.apps, { builtin: builtinApps(config) });
  const chores = new AbortController();
  resources.defer(() => audit.flush());
  resources.defer(() => chores.abort());
  doChores({ storage, apps, log, now }, chores.signal);
  return {
    config,
    secret,
    storage,
    apps,
    log,
    now,
    readPage: front.readPage,
    audit: {
      ...audit,
      record(event) {
        if (event.type === 'sign_in.succeeded') metrics.countSignIn('succeeded');
        if (event.type === 'sign_in.failed') metrics.countSignIn(event.reason ?? 'failed');
        return audit.record(event);
      },
    },
    ...(config.demo ? { startDemo: demoStarter(config.issuer, resources) } : undefined),
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

/** A person at a terminal gets a few lines, everything else one JSON line. */
async function greet(dependencies: RoomDependencies): Promise<void> {
  const { config, log, storage } = dependencies;
  const { issuer, dataDir, onLocalhost } = config;
  const setUp = !(await hasAdministrator(storage));
  const forPeople = config.log.format !== 'json' && process.stdout.isTTY === true;
  const setupUrl = setUp && (onLocalhost || forPeople) ? await makeSetupLink(dependencies) : undefined;
  if (forPeople) return void process.stdout.write(greeting({ config, setupUrl }));
  log.info({ issuer, dataDir }, 'ready');
  if (setupUrl) log.info({ url: setupUrl }, 'setup link');
  else if (setUp) log.info({ command: `${commandName(process.env)} setup-link` }, 'no administrator yet');
}

async function makeSetupLink({ config, secret, storage, audit, log }: RoomDependencies): Promise<string> {
  const { relyingParties, brand, issuer } = config;
  const manager = createPasskeyManager({
    storage,
    relyingParties,
    rpName: brand.name,
    hash: secret.hash,
    now,
    log,
  });
  const { invitations } = storage;
  const enrolment = manager.as('enrolment');
  const link = { purpose: 'setup', actor: { kind: 'machine' } } as const;
  return (
    await createLink({ invitations, enrolment, hash: secret.hash, issuer, record: audit.record, now }, link)
  ).url;
}

/** Starts the demo app at its first use, in this process, unless it runs already (`npm run demo`). */
function demoStarter(issuer: string, resources: AsyncDisposableStack): () => Promise<string> {
  const origin = 'http://localhost:3001';
  // Of its own: the stack that it lies in has moved on when the demo starts.
  const running = resources.use(new DisposableStack());
  return async () => {
    const { startDemo } = await import('../demo/start.ts');
    const server = await startDemo({ issuer, origin }).catch((cause: Error) => {
      throw new AppError('demo_unavailable', { cause, detail: cause.message });
    });
    if (server) running.defer(() => server.close().closeAllConnections());
    return `${origin}/sign-in`;
  };
}
