import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

/** A server that says which Node.js runs it, and takes a moment to stop. */
const stoppable = `
  export async function start() {
    const waiting = setInterval(() => {}, 1000);
    process.once('SIGTERM', () => setTimeout(() => { console.log('stopped'); clearInterval(waiting); }, 100));
    console.log('ready on ' + process.version);
  }`;

/** The first Node.js of the machine that is too old, beside the one that npm puts in front. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((file) => isExecutable(file) && !/^v(2[4-9]|[3-9]\d)\./.test(version(file)));

let folder: string;

describe('the launcher', () => {
  before(makeFolder);
  after(() => rmSync(folder, { recursive: true }));

  it('hands every command on, but start and run', () => {
    assert.equal(run(process.execPath, ['app', 'list', '--json']).stdout, 'app list --json\n');
  });

  it('runs a file as if Node.js had been started with it', () => {
    assert.equal(run(process.execPath, ['run', 'task.ts', 'one', '--two']).stdout, 'true one --two\n');
    assert.equal(run(process.execPath, ['run']).status, 2);
  });

  it('takes no arguments with start', () => {
    const { status, stderr } = run(process.execPath, ['start', '--port', '80']);
    assert.deepEqual([status, stderr], [2, 'latchkey start takes no arguments (got "--port 80").\n']);
  });

  it('says what to run when the browser scripts are neither built nor can be', () => {
    rmSync(join(folder, 'views/dist'), { recursive: true });
    const { status, stderr } = run(process.execPath, ['start']);
    assert.equal(status, 1);
    assert.match(stderr, /npm ci && npm run prepare/);
    assert.equal(run(process.execPath, ['prepare']).status, 0, 'an installation without esbuild goes on');
    mkdirSync(join(folder, 'views/dist'));
  });

  it('stops gracefully on SIGTERM', async () => {
    const server = await started(process.execPath);
    assert.deepEqual(await stopped(server), [0, null]);
  });
});

if (oldNode) describe('the launcher on a Node.js that is too old', () => onOldNode(oldNode));
else console.log('Left out: the launcher on a Node.js that is too old, because this machine has none.');

function onOldNode(old: string): void {
  before(makeFolder);
  after(() => rmSync(folder, { recursive: true }));

  it('says which one is needed and how to get it', () => {
    const { status, stderr } = run(old, ['start']);
    assert.equal(status, 1);
    assert.match(stderr, /needs Node\.js 24\.12 or newer; this is \d+\.\d+\.\d+/);
    assert.match(stderr, /npm ci/);
  });

  it('uses the pinned one, passes SIGTERM on and ends with its exit code', async () => {
    pinThisNode();
    const server = await started(old);
    assert.match(server.printed(), new RegExp(`ready on ${process.version}`));
    assert.deepEqual(await stopped(server), [0, null]);
    assert.match(server.printed(), /stopped/);
    assert.equal(run(old, ['start', 'now']).status, 2);
  });

  it('gives npm scripts the pinned one itself', () => {
    pinThisNode();
    assert.equal(run(old, ['node', '--print', 'process.version']).stdout, `${process.version}\n`);
  });

  it('ends as the pinned one ended', async () => {
    writeFileSync(
      join(folder, 'server/main.ts'),
      'export const start = () => process.kill(process.pid, "SIGKILL");',
    );
    assert.equal(run(old, ['start']).signal, 'SIGKILL');
  });
}

/** The launcher in a folder of its own, with little programs behind it. */
function makeFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-launcher-'));
  for (const name of ['bin', 'server/cli', 'views/dist']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(import.meta.dirname, 'latchkey.mjs'), join(folder, 'bin/latchkey.mjs'));
  const files = {
    'package.json': '{"type":"module"}',
    'server/main.ts': stoppable,
    'server/cli/main.ts':
      'export const main = async (argv: string[]) => console.log(argv.slice(2).join(" "));',
    'task.ts': 'const main: boolean = import.meta.main; console.log(main, ...process.argv.slice(2));',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function pinThisNode(): void {
  const bin = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
  if (isExecutable(join(bin, 'node'))) return;
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
}

function run(node: string, args: string[]) {
  return spawnSync(node, [join(folder, 'bin/latchkey.mjs'), ...args], { encoding: 'utf8' });
}

async function started(node: string): Promise<ChildProcess & { printed: () => string }> {
  const child = spawn(node, [join(folder, 'bin/latchkey.mjs'), 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    if (printed.includes('ready')) ready.resolve();
  });
  await ready.promise;
  return Object.assign(child, { printed: () => printed });
}

async function stopped(child: ChildProcess): Promise<unknown[]> {
  child.kill('SIGTERM');
  return once(child, 'exit');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function version(file: string): string {
  return spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout;
}
