import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { type PasskeyServiceProcess, startPasskeyService, withoutSettings } from './passkey-service.ts';
import { openTestStorage } from './test-storage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = join(root, 'bin/latchkey.mjs');
const run = promisify(execFile);

/** A real server, started the way an operator starts it, with data of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** The issuer: `http://localhost:PORT`. */
  readonly origin: string;
  readonly dataDir: string;
  /** The passkey manager, where it runs apart. */
  readonly passkeys?: PasskeyServiceProcess;
  /** Everything it printed so far. */
  output(): string;
  /** The setup link it logs at its start. */
  setupLink(): Promise<string>;
  /** Runs `latchkey …` on the same installation, and returns what it printed. */
  latchkey(...args: string[]): Promise<string>;
  /** The link that a command such as `user invite` made. */
  linkOf(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  engine: 'sqlite' | 'mongodb';
  /** Whether the passkey manager is a service of its own. */
  split?: boolean;
  /** Settings by name, such as `LATCHKEY_SIGN_UP`. */
  settings?: Readonly<Record<string, string>>;
}

/** Starts `latchkey start` on a free port and waits until it is ready. */
export async function startServer({
  engine,
  split = false,
  settings = {},
}: ServerOptions): Promise<ServerProcess> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-e2e-'));
  const storage = await openTestStorage(engine, dataDir);
  const passkeys = split
    ? await startPasskeyService({ engine, origin, folder: dataDir, settings: ofPasskeys(settings) })
    : undefined;
  const env = {
    ...withoutSettings(process.env),
    LATCHKEY_ISSUER: origin,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    ...storage.settings,
    ...passkeys?.settings,
    ...settings,
  };
  const child = spawn(process.execPath, [launcher, 'start'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  await ready(origin, child, () => printed);

  async function latchkey(...args: string[]): Promise<string> {
    return (await run(process.execPath, [launcher, ...args], { cwd: root, env })).stdout;
  }
  async function stop(): Promise<void> {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return {
    origin,
    dataDir,
    ...(passkeys && { passkeys }),
    output: () => printed,
    setupLink: () => setupLinkIn(() => printed),
    latchkey,
    linkOf: async (...args) =>
      (JSON.parse(await latchkey(...args, '--json')) as { link: { url: string } }).link.url,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await passkeys?.[Symbol.asyncDispose]();
      await storage.remove();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The metadata is the passkey manager's, wherever that is. */
function ofPasskeys(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => name.startsWith('LATCHKEY_FIDO_METADATA_')),
  );
}

async function setupLinkIn(output: () => string): Promise<string> {
  for (const until = Date.now() + 5_000; Date.now() < until; await delay(20)) {
    const [link] = /http:\/\/localhost:\d+\/setup\?token=[\w-]+/.exec(output()) ?? [];
    if (link) return link;
  }
  throw new Error(`no setup link in:\n${output()}`);
}

async function ready(origin: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(50);
  }
  child.kill();
  throw new Error(`the server did not become ready:\n${output()}`);
}
