import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../../errors.ts';

/**
 * A file of client secrets by client id that only its owner may read: each secret is on the disk before the next app is
 * made, because it is kept nowhere else. What stands in it from before stays.
 * @throws AppError `field_invalid` where it cannot be written: looked at before anything is made
 */
export function openSecretsFile(name: string): (id: string, secret: string) => void {
  const file = resolve(name);
  const secrets = readBefore(file);
  replace(file, secrets);
  return (id, secret) => {
    secrets[id] = secret;
    replace(file, secrets);
  };
}

function readBefore(file: string): Record<string, string> {
  try {
    const before: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof before !== 'object' || before === null || Array.isArray(before)) throw new Error('no object');
    return { ...before } as Record<string, string>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw refusal(`${file} is there, and is no JSON of client secrets by client id`, cause);
  }
}

/** Beside it first: it is whole at every moment, and nobody else may read it from its first byte on. */
function replace(file: string, secrets: Record<string, string>): void {
  const beside = `${file}.${process.pid}`;
  try {
    const open = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(open, `${JSON.stringify(secrets, undefined, 2)}\n`);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw refusal(`${file} cannot be written (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

const refusal = (detail: string, cause: unknown) =>
  new AppError('field_invalid', { field: 'secretsFile', detail, cause });
