/**
 * `npm run first-run`: what a newcomer does, from `git clone` to signed in to the demo app, with an empty npm cache
 * and a passkey in the browser. Prints seconds and fields; exits with 1 if a bound is broken.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { addAuthenticator } from './authenticator.ts';
import { browserArgs, findBrowser } from './browser.ts';

const mostFields = 4;
/** Later than bare oidc-provider, in seconds. */
const mostDelay = 1;

const repository = fileURLToPath(new URL('..', import.meta.url));
const issuer = 'http://localhost:3000';
const folder = await mkdtemp(join(tmpdir(), 'latchkey-first-run-'));
const clone = join(folder, 'latchkey');
const programs: Running[] = [];

try {
  const executablePath = await findBrowser();
  if (!executablePath) throw new Error('No Chromium starts here: set CHROMIUM_PATH to one that does.');
  await firstRun(executablePath);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  for (const program of programs) await stop(program);
  await rm(folder, { recursive: true, force: true });
}

async function firstRun(executablePath: string): Promise<void> {
  const begun = performance.now();
  const cloned = lap(() => command('git', ['clone', '--quiet', repository, clone], folder));
  const installed = lap(() =>
    command('npm', ['ci', '--no-audit', '--no-fund', '--cache', join(folder, 'npm-cache')], clone),
  );
  const server = run('npm', ['start'], clone);
  const started = await secondsUntil(() => answers(`${issuer}/health/ready`), server);
  const fields = await signedIn(executablePath, await setupLink(server));
  const total = seconds(begun);

  // Through npm as well, whose own time is none of ours.
  const bare = run('npm', ['exec', '--offline', '--', 'node', 'bench/bare.ts'], clone);
  const bareStarted = await secondsUntil(async () => /http:\/\/localhost:\d+/.test(bare.output()), bare);
  const later = started - bareStarted;

  console.log(`clone          ${cloned.toFixed(1)} s`);
  console.log(`npm ci         ${installed.toFixed(1)} s (empty cache)`);
  console.log(
    `npm start      ${started.toFixed(2)} s until ready, ${later.toFixed(2)} s later than bare oidc-provider (at most ${mostDelay})`,
  );
  console.log(`fields typed   ${fields} (at most ${mostFields})`);
  console.log(`from git clone to signed in to the demo app: ${total.toFixed(1)} s`);
  if (fields > mostFields) throw new Error(`More than ${mostFields} fields had to be typed.`);
  if (later > mostDelay)
    throw new Error(`It was ready more than ${mostDelay} s later than bare oidc-provider.`);
}

/** From the setup link to the demo app. Returns how many fields were typed. */
async function signedIn(executablePath: string, link: string): Promise<number> {
  const browser = await chromium.launch({ executablePath, args: browserArgs });
  try {
    const page = await browser.newPage();
    await addAuthenticator(page);
    await page.goto(link);
    const fields = await fillRequired(page);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await page.getByRole('link', { name: 'Try it' }).click();
    await page.waitForURL('http://localhost:3001/**');
    await page.getByRole('heading', { name: /^Signed in as/ }).waitFor();
    return fields;
  } finally {
    await browser.close();
  }
}

async function fillRequired(page: Page): Promise<number> {
  const required = await page.locator('input[required]').all();
  for (const [index, input] of required.entries()) await input.fill(`newcomer${index}`);
  return required.length;
}

interface Running {
  child: ChildProcess;
  output(): string;
  /** Settles when nothing is left of it, nor of what it started. */
  closed: Promise<unknown>;
}

function run(program: string, args: string[], cwd: string): Running {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LATCHKEY|npm)_/.test(name)),
  );
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  const running = { child, output: () => printed, closed: once(child, 'close') };
  programs.push(running);
  return running;
}

async function stop({ child, closed }: Running): Promise<void> {
  // npm starts a shell that starts the server: the whole group, and the last of them writes in the folder still.
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  await closed;
}

async function secondsUntil(isTrue: () => Promise<boolean>, { child, output }: Running): Promise<number> {
  const begun = performance.now();
  while (!(await isTrue())) {
    if (child.exitCode !== null || seconds(begun) > 60) throw new Error(`It did not start:\n${output()}`);
    await delay(10);
  }
  return seconds(begun);
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok ?? false;
}

async function setupLink({ output }: Running): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const [link] = /http:\/\/localhost:3000\/setup\?token=[\w-]+/.exec(output()) ?? [];
    if (link) return link;
    await delay(20);
  }
  throw new Error(`No setup link was printed:\n${output()}`);
}

function command(program: string, args: string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: 'pipe' });
}

function lap(work: () => void): number {
  const begun = performance.now();
  work();
  return seconds(begun);
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
