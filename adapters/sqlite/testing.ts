import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { OpenStorageOptions } from '../../server/storage.ts';
import { openStorage } from '../open.ts';

/** A folder that is removed after the tests of a file. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  after(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

export const openFileStorage = (file: string, options: Partial<OpenStorageOptions> = {}) =>
  openStorage({
    url: `sqlite:${file}`,
    role: 'command',
    schema: 'migrate',
    waitUntilReady: true,
    ...options,
  });

/** Runs a module's text in another process; resolves when it has written its first line. */
export async function startProcess(source: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** As a power cut would: nothing is tidied up. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
