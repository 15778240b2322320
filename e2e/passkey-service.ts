import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { openTestStorage } from './test-storage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = join(root, 'bin/latchkey.mjs');
const run = promisify(execFile);

/** The passkey manager in a process of its own, with a storage, a secret and a certificate of its own. */
export interface PasskeyServiceProcess extends AsyncDisposable {
  /** What the provider needs to find it. */
  readonly settings: Record<string, string>;
  readonly process: ChildProcess;
  output(): string;
  /** Ends it, as a fault would, and starts it again at the same address. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface PasskeyServiceOptions {
  engine: 'sqlite' | 'mongodb';
  /** The issuer of the provider. */
  origin: string;
  /** A folder of the provider's, for the certificates and the service's data. */
  folder: string;
  /** Of its own, beside those that it needs to be there. */
  settings?: Readonly<Record<string, string>>;
}

export async function startPasskeyService(options: PasskeyServiceOptions): Promise<PasskeyServiceProcess> {
  const { engine, origin, folder, settings = {} } = options;
  const port = await freePort();
  const dataDir = join(folder, 'passkeys');
  const names = {
    LATCHKEY_CERTIFICATES: join(folder, 'certificates'),
    LATCHKEY_TRUST_DOMAIN: 'latchkey.test',
  };
  const env = {
    ...withoutSettings(process.env),
    LATCHKEY_ISSUER: origin,
    LATCHKEY_DATA_DIR: folder,
    ...names,
  };
  for (const command of [['init'], ['issue']])
    await run(process.execPath, [launcher, 'certs', ...command], { cwd: root, env });
  const storage = await openTestStorage(engine, folder);
  const own = {
    ...env,
    ...storage.settings,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_LISTEN_PORT: String(port),
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    ...settings,
  };
  let child: ChildProcess;
  let printed = '';
  async function start(): Promise<void> {
    const begun = printed.length;
    child = spawn(process.execPath, [launcher, 'passkeys'], {
      cwd: root,
      env: own,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        printed += chunk;
      });
    for (
      const until = Date.now() + 30_000;
      !printed.slice(begun).includes('passkey manager ready');
      await delay(20)
    )
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`the passkey manager did not become ready:\n${printed}`);
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
  await start();
  const receiptKeys = join(folder, 'receipt-keys.json');
  const exported = await run(process.execPath, [launcher, 'receipt-key', 'export'], { cwd: root, env: own });
  await writeFile(receiptKeys, exported.stdout);
  return {
    settings: {
      ...names,
      LATCHKEY_PASSKEYS_URL: `https://localhost:${port}`,
      LATCHKEY_RECEIPT_KEYS: receiptKeys,
    },
    get process() {
      return child;
    },
    output: () => printed,
    kill: () => end('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      await storage.remove();
    },
  };
}

/** The environment of this process, without settings that were meant for another server. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('LATCHKEY_')));
}
