import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';

const repository = join(import.meta.dirname, '..');

/** Copies what a fresh clone holds, with what is not committed yet. */
export function copyRepository(to: string): void {
  for (const file of repositoryFiles()) cpSync(join(repository, file), join(to, file));
}

/** The files of the repository that `docker build` would be sent. */
export function buildContext(): string[] {
  const ignored = ignoredBy(readFileSync(join(repository, '.dockerignore'), 'utf8'));
  return repositoryFiles().filter((file) => !ignored(file));
}

function repositoryFiles(): string[] {
  const options = { cwd: repository, encoding: 'utf8' } as const;
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    options,
  );
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(repository, file)));
}

/** As Docker reads `.dockerignore`: a pattern meets a file or a folder above it, and the last one that does decides. */
function ignoredBy(text: string): (file: string) => boolean {
  const patterns = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (file) => {
    const parts = file.split('/');
    const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const last = patterns.findLast((pattern) =>
      paths.some((path) => matchesGlob(path, pattern.replace(/^!/, ''))),
    );
    return last !== undefined && !last.startsWith('!');
  };
}
