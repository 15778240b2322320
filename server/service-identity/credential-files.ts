import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import type { ServiceName } from './spiffe-id.ts';

/** The files of one service, as Kubernetes names them. */
export const fileNames = {
  certificate: 'tls.crt',
  key: 'tls.key',
  authorities: 'ca.crt',
  list: 'ca.crl',
} as const;

type FileName = (typeof fileNames)[keyof typeof fileNames];

/** What was read from a folder at one moment. */
export interface CredentialFiles {
  folder: string;
  certificate: Buffer;
  key: Buffer;
  authorities: Buffer;
  list: Buffer | undefined;
}

/** @throws ConfigError that names the file */
export function readCredentialFiles(directory: string, name: ServiceName): CredentialFiles {
  const folder = join(directory, name);
  const required = (file: FileName) => read(join(folder, file)) ?? refuseMissing(join(folder, file), name);
  return {
    folder,
    certificate: required(fileNames.certificate),
    key: required(fileNames.key),
    authorities: required(fileNames.authorities),
    list: read(join(folder, fileNames.list)),
  };
}

export function areSameFiles(one: CredentialFiles, other: CredentialFiles): boolean {
  return (['certificate', 'key', 'authorities', 'list'] as const).every((file) => {
    const [before, after] = [one[file], other[file]];
    return before === undefined || after === undefined ? before === after : before.equals(after);
  });
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError([`${file} cannot be read (${code}). The user who runs Latchkey must own it.`]);
  }
}

function refuseMissing(file: string, name: ServiceName): never {
  throw new ConfigError([
    `There is no ${file}. \`latchkey certs issue ${name}\` makes it where there is an authority of its own; otherwise whatever issues your certificates must write it there.`,
  ]);
}
