/** An installation whose servers are processes of their own: killed, stopped, and started again on the same data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../config.ts';
import { openSecret } from '../secret/secret-file.ts';
import { administrationOf, freePort, type TestInstallation } from './installation.ts';

const launcher = fileURLToPath(new URL('../../bin/latchkey.mjs', import.meta.url));
const faultyMain = fileURLToPath(new URL('faulty-main.ts', import.meta.url));

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where it listens; the issuer may be elsewhere. */
  readonly address: string;
  /** Everything it printed so far. */
  output(): string;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  /** The moment at which it ends by itself: see `faulty-main.ts`. */
  fault?: string;
  /** More settings. */
  settings?: Record<string, string>;
  /** Options for Node.js itself. */
  nodeOptions?: readonly string[];
  /** Otherwise it is returned once it answers `ready`. */
  ready?: false | 'live';
}

export interface ProcessInstallation extends TestInstallation {
  readonly settings: Record<string, string>;
  start(options?: StartOptions): Promise<ServerProcess>;
  /** Runs `latchkey …` beside it. Returns what it printed. */
  latchkey(...words: string[]): Promise<string>;
}

/** Data, secret and issuer, with no server yet. */
export async function createProcessInstallation(
  engine: Record<string, string> = {},
): Promise<ProcessInstallation> {
  await using made = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-fault-'));
  made.defer(() => rm(dataDir, { recursive: true, force: true }));
  const origin = `http://localhost:${await freePort()}`;
  const settings = {
    LATCHKEY_ISSUER: origin,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_RATE_LIMIT: '100000',
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_LOG_LEVEL: 'debug',
    LATCHKEY_DEMO: 'off',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
    ...engine,
  };
  const config = readConfig(settings);
  const secret = openSecret(config);
  const storage = made.use(
    await openStorage({ url: config.storageUrl, role: 'command', schema: 'migrate', waitUntilReady: true }),
  );
  const servers = made.use(new AsyncDisposableStack());
  const kept = made.move();
  return {
    origin,
    config,
    secret,
    storage,
    settings,
    administration: administrationOf({ config, secret, storage }),
    log: [],
    async latchkey(...words) {
      const env = { PATH: process.env.PATH, ...settings };
      return (await promisify(execFile)(process.execPath, [launcher, ...words], { env })).stdout;
    },
    start: async (options) => servers.use(await startServer(settings, options)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Starts a server with these settings, and no other ones. */
export async function startServer(
  settings: Readonly<Record<string, string>>,
  { fault, settings: more, nodeOptions = [], ready }: StartOptions = {},
): Promise<ServerProcess> {
  const all = { ...settings, ...more };
  const env = { PATH: process.env.PATH, ...all, ...(fault && { FAULT: fault }) };
  const program = fault ? [faultyMain] : [launcher, 'start'];
  const child = spawn(process.execPath, [...nodeOptions, ...program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const { port } = readConfig(all).listen;
  const server = serverProcess(child, { address: `http://localhost:${port}`, output: () => printed });
  if (ready !== false) await answering(server, `/health/${ready ?? 'ready'}`);
  return server;
}

function serverProcess(child: ChildProcess, facts: Pick<ServerProcess, 'address' | 'output'>): ServerProcess {
  const exited = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    ...facts,
    pid: child.pid ?? 0,
    exited,
    signal,
    async [Symbol.asyncDispose]() {
      signal('SIGKILL');
      await exited;
    },
  };
}

/** @throws Error with what it printed, if it does not answer 200 within 30 s */
export async function answering({ address, output, exited }: ServerProcess, path: string): Promise<void> {
  let running = true;
  void exited.then(() => {
    running = false;
  });
  for (const until = Date.now() + 30_000; running && Date.now() < until; await delay(50)) {
    const answer = await fetch(address + path, { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${path} was not answered:\n${output()}`);
}
