import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const requirements = join(import.meta.dirname, 'python/requirements.txt');

/** An environment of its own, with what the programs need. @returns the path of its interpreter */
export function preparePython(): string {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const venv = join(tmpdir(), `latchkey-interop-python-${wanted.slice(0, 12)}`);
  if (!existsSync(join(venv, 'ready'))) {
    install('python3', '-m', 'venv', venv);
    install(join(venv, 'bin/pip'), 'install', '--quiet', '--requirement', requirements);
    install('touch', join(venv, 'ready'));
  }
  return join(venv, 'bin/python');
}

export function answersTo(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function install(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
