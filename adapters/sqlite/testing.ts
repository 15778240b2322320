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
