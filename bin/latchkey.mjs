#!/usr/bin/env node
// The `latchkey` command begins here, in JavaScript that every Node.js from 20 on can read. It looks for a Node.js
// that runs TypeScript as it is and hands over to server/main.ts or server/cli/main.ts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [leastMajor, leastMinor] = [24, 12];
const launcher = fileURLToPath(import.meta.url);
// A folder of our own: in a shared temporary folder another user could leave code in our place.
const compiled = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/latchkey');

const [command, ...rest] = process.argv.slice(2);

if (['start', 'passkeys', 'signer'].includes(command) && process.env.npm_lifecycle_event) stopWithParent();

// `npm ci --omit=dev` runs `prepare` too: what was built before stays.
if (command === 'prepare' && !existsSync(join(root, 'node_modules/esbuild')))
  console.error('esbuild is not installed: the browser scripts are not built.');
else if (command === 'node') await runWith(rightNode(), rest);
else if (isRightNode(process.versions.node)) await run();
else await runWith(pinnedNode(), [launcher, ...process.argv.slice(2)]);

function isRightNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** For npm scripts that need Node.js itself: npm 10 puts the pinned one in no one's path. */
function rightNode() {
  return isRightNode(process.versions.node) ? process.execPath : pinnedNode();
}

/** The platform package that package.json pins through `pinned-node`; npm leaves it out with `--omit=dev`. */
function pinnedNode() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const file = join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  return existsSync(file) ? file : undefined;
}

async function run() {
  module.enableCompileCache(compiled);
  if (command === 'prepare') return runFile('views/build.ts');
  if (command === 'run')
    return rest[0] ? runFile(rest[0], rest.slice(1)) : refuse('latchkey run needs a file.', 2);
  if (command === 'passkeys' && rest.length === 0)
    return import('../server/passkeys/remote/main.ts').then(({ start }) => start());
  if (command === 'signer' && rest.length === 0)
    return import('../server/external-signing/pkcs11/main.ts').then(({ start }) => start());
  const asksForHelp = rest.some((word) => word === '--help' || word === '-h');
  if (command !== 'start' || asksForHelp)
    return import('../server/cli/main.ts').then(({ main }) => main(process.argv));
  if (rest.length > 0) return refuse(`latchkey start takes no arguments (got "${rest.join(' ')}").`, 2);
  if (!(await pagesAreBuilt())) return;
  const { start } = await import('../server/main.ts');
  await start();
}

/** npm passes SIGTERM to the shell that it runs a script in, and the shell keeps it to itself. */
function stopWithParent() {
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}

/** Runs a TypeScript file of this folder as if Node.js had been started with it. */
function runFile(file, args = []) {
  process.argv.splice(1, process.argv.length, resolve(root, file), ...args);
  module.default.runMain();
}

/** `npm ci --ignore-scripts` skips `prepare`, which bundles the browser scripts: then the first start does. */
async function pagesAreBuilt() {
  if (existsSync(join(root, 'views/dist'))) return true;
  if (!existsSync(join(root, 'node_modules/esbuild'))) {
    refuse(
      'The browser scripts are not built, and esbuild is not installed: run `npm ci && npm run prepare`.',
    );
    return false;
  }
  console.error('Building the browser scripts once …');
  const code = await finish(
    spawn(process.execPath, ['views/build.ts'], { cwd: root, stdio: ['ignore', 2, 2] }),
  );
  if (code !== 0) refuse('The browser scripts could not be built: run `npm run prepare` to see why.');
  return code === 0;
}

async function runWith(node, args) {
  if (!node) return refuse(neededNode());
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  // A terminal sends ^C to both by itself; a second one from here would cut the graceful stop short.
  const forwarded = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT'];
  if (process.stdin.isTTY) process.on('SIGINT', () => {});
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  const code = await finish(child).catch(() => refuse(neededNode()));
  if (typeof code === 'number') process.exitCode = code;
  else if (code) endAs(code);
}

/** Exit code, or the name of the signal that ended the child. */
function finish(child) {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => done(code ?? signal));
  });
}

function endAs(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function neededNode() {
  return [
    `Latchkey needs Node.js ${leastMajor}.${leastMinor} or newer; this is ${process.versions.node} (${process.execPath}).`,
    'Either run `npm ci` without `--omit=dev`, which installs a pinned Node.js here for Linux and Windows,',
    `or install Node.js ${leastMajor} (https://nodejs.org) and repeat the command.`,
  ].join('\n');
}

function refuse(message, code = 1) {
  console.error(message);
  process.exitCode = code;
}
