/** Other people's software, started in the foreground and ended again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface Software {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
  /** It has started when this answers, whatever it says. */
  address: string;
}

/** @throws Error with what it printed, if it does not answer in time */
export async function startSoftware(software: Software): Promise<AsyncDisposable> {
  const { command, args, cwd, env, address } = software;
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const exited = once(child, 'exit');
  exited.catch((error) => (printed += error));
  for (const until = Date.now() + 60_000; Date.now() < until && child.exitCode === null; await delay(50)) {
    const answer = await fetch(address, { redirect: 'manual' }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer) return { [Symbol.asyncDispose]: end };
  }
  await end();
  throw new Error(`${command} ${args.join(' ')} did not start:\n${printed}`);

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(late);
  }
}
