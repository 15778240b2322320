import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with the packages, below which guides find them. */
export function prepareNpm(): string {
  const from = join(import.meta.dirname, 'npm');
  const lock = createHash('sha256')
    .update(readFileSync(join(from, 'package-lock.json')))
    .digest('hex');
  const folder = join(tmpdir(), `latchkey-interop-npm-${lock.slice(0, 12)}`);
  if (existsSync(join(folder, 'ready'))) return folder;
  mkdirSync(folder, { recursive: true });
  cpSync(from, folder, { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['ci', ...flags], { cwd: folder, stdio: 'pipe' });
  writeFileSync(join(folder, 'ready'), '');
  return folder;
}
