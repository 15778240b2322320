import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '../service-identity/spiffe-id.ts';

/** Where an authority and those it vouches for keep their files. */
export function placesIn(directory: string) {
  const authority = join(directory, 'authority');
  return {
    authority,
    authorityCertificate: join(authority, 'ca.crt'),
    authorityKey: join(authority, 'ca.key'),
    list: join(authority, 'ca.crl'),
    register: join(authority, 'register.json'),
    lock: join(authority, 'lock'),
    service: (name: ServiceName) => join(directory, name),
  };
}

export interface NewFile {
  path: string;
  content: string;
  /** For its owner alone. */
  secret?: true;
}

/**
 * Each file has its old content or its new one, never a part, also after a power failure. All are written before the
 * first one takes its place, so that those of one certificate change within a moment.
 */
export function writeFiles(files: readonly NewFile[]): void {
  const drafts = files.map((file) => ({ ...file, draft: `${file.path}.${randomBytes(6).toString('hex')}` }));
  try {
    for (const { draft, content, secret } of drafts)
      writeFileSync(draft, content, { flag: 'wx', mode: secret ? 0o600 : 0o644, flush: true });
    for (const { draft, path } of drafts) renameSync(draft, path);
  } finally {
    for (const { draft } of drafts) rmSync(draft, { force: true });
  }
}
