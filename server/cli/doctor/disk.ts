import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { failed, ok, skipped, warning } from './finding.ts';

const mebibyte = 1024 * 1024;
const leastMebibytes = 50;
const comfortableMebibytes = 500;

/** Room for an SQLite file to grow: with a full disk nobody signs in. */
export async function examineDisk({ storageUrl }: Pick<Config, 'storageUrl'>): Promise<Finding> {
  if (!storageUrl.startsWith('sqlite:')) return skipped('disk', 'the storage is on another machine.');
  const folder = dirname(resolve(storageUrl.slice('sqlite:'.length)));
  try {
    const { bavail, bsize } = await statfs(folder);
    return room(folder, Math.floor((bavail * bsize) / mebibyte));
  } catch (error) {
    return skipped('disk', `${folder} cannot be looked at (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function room(folder: string, free: number): Finding {
  const says = `${free} MiB are free for ${folder}.`;
  if (free < leastMebibytes) return failed('disk', says, 'Make room: with a full disk nobody can sign in.');
  if (free < comfortableMebibytes) return warning('disk', says, 'Make room soon.');
  return ok('disk', says);
}
