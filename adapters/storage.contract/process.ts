import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Runs a module's text in another process; resolves when it has written its first line. */
export async function startProcess(source: string, ...args: string[]): Promise<Child> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** As a power cut would: nothing is tidied up. */
export async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
