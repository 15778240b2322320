import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const launcher = join(root, 'bin/latchkey.mjs');

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON, in the form that its command gives it. */
  json<T>(): T;
}

/** An installation in a folder of its own, with the real command and the real server. */
export interface CommandFixture extends AsyncDisposable {
  issuer: string;
  dataDir: string;
  latchkey(...args: string[]): Ran;
  /** The same installation with other settings. */
  with(settings: Record<string, string>): Pick<CommandFixture, 'latchkey'>;
  start(): Promise<void>;
  /** @param signal `SIGKILL` for a crash */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export async function openCommandFixture(): Promise<CommandFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cli-'));
  const dataDir = join(folder, 'data');
  const issuer = `http://localhost:${await freePort()}`;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LATCHKEY|npm)_/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_FIDO_METADATA_URL: 'off',
  };
  let server: ChildProcess | undefined;
  const runWith = (more: Record<string, string>) => ({
    latchkey: (...args: string[]): Ran => {
      const options = { cwd: folder, env: { ...env, ...more }, encoding: 'utf8', timeout: 90_000 } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], options);
      return {
        status,
        stdout,
        stderr,
        json: () => JSON.parse(stdout),
      };
    },
  });
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  }
  return {
    issuer,
    dataDir,
    ...runWith({}),
    with: runWith,
    async start() {
      server = spawn(process.execPath, [launcher, 'start'], {
        cwd: folder,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await ready(server, issuer);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function ready(server: ChildProcess, issuer: string): Promise<void> {
  for (let attempt = 0; attempt < 300 && server.exitCode === null; attempt += 1) {
    const answer = await fetch(`${issuer}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server at ${issuer} did not become ready (exit code ${server.exitCode})`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
