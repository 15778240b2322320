import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../e2e/free-port.ts';
import { copyRepository } from './build-context.ts';

/** What the machine has, without what npm puts in front: possibly a Node.js that is too old for Latchkey. */
const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
const machine = Object.fromEntries(
  Object.entries({ ...process.env, PATH: path.join(delimiter) }).filter(
    ([name]) => !/^(npm_|LATCHKEY_|NODE_)/i.test(name),
  ),
);

const installations = [
  { name: 'npm 10', command: ['npx', '--yes', 'npm@10', 'ci', '--no-audit', '--no-fund'] },
  {
    name: 'npm 11 without install scripts',
    command: ['npx', '--yes', 'npm@11', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
  },
];

console.log(
  `The machine's Node.js is ${spawnSync('node', ['--version'], { env: machine, encoding: 'utf8' }).stdout.trim()}.`,
);

for (const { name, command } of installations)
  describe(`a clean folder installed by ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-installation-'));
    after(() => rmSync(folder, { recursive: true }));

    it('installs from the lock file, with the pinned Node.js', async () => {
      copyRepository(folder);
      const [program = '', ...args] = command;
      await promisify(execFile)(program, args, { cwd: folder, env: machine, timeout: 150_000 });
      const pinned = readdirSync(join(folder, 'node_modules')).filter((entry) =>
        entry.startsWith(`node-${process.platform}`),
      );
      assert.equal(pinned.length, 1);
    });

    it('starts by npm, and has its browser scripts', async () => {
      await startAndStop(folder, ['npm', 'start']);
      assert.ok(existsSync(join(folder, 'views/dist')));
    });

    it('starts by the launcher on the Node.js of the machine', () =>
      startAndStop(folder, ['node', 'bin/latchkey.mjs', 'start']));
  });

async function startAndStop(folder: string, [program = '', ...args]: string[]): Promise<void> {
  const port = await freePort();
  const env = {
    ...machine,
    LATCHKEY_FIDO_METADATA_URL: 'off',
    LATCHKEY_ISSUER: `http://localhost:${port}`,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
  };
  // A process group of its own: whatever a failure leaves is ended with it.
  const server = spawn(program, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += chunk;
  });
  try {
    await ready(port, server).catch((error) => assert.fail(`${error.message}\n${said}`));
    server.kill('SIGTERM');
    await once(server, 'exit');
    assert.ok(await silent(port), 'the server outlives what started it');
  } finally {
    endGroup(server.pid ?? 0);
  }
}

/** Whether the server stops answering within the 10 s that it may take. */
async function silent(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    // On a connection of its own: one that was kept would be served to its end.
    const headers = { connection: 'close' };
    const answer = await fetch(`http://localhost:${port}/health/live`, { headers }).catch(() => undefined);
    if (!answer) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function ready(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300 && server.exitCode === null; attempt += 1) {
    const answer = await fetch(`http://localhost:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it did not become ready (exit code ${server.exitCode})`);
}
