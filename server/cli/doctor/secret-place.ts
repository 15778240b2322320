import { dirname, resolve } from 'node:path';
import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import { type OpenSecret, openSecret } from '../../secret/secret-file.ts';
import { failed, ok, warning } from './finding.ts';

/** Permissions, content and place of the installation secret. */
export function examineSecret(config: Config): { secret?: OpenSecret; finding: Finding } {
  try {
    const secret = openSecret(config, { create: false });
    return { secret, finding: place(secret, config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      finding: failed('secret', error.message, 'Nothing starts without the secret; nothing replaces it.'),
    };
  }
}

function place({ where }: OpenSecret, { storageUrl }: Config): Finding {
  if (where === 'setting') return ok('secret', 'is given by a setting.');
  const besideStorage = dirname(resolve(where.file)) === dirname(resolve(storageUrl.replace(/^sqlite:/, '')));
  if (!besideStorage) return ok('secret', `is at ${where.file}, for its owner alone.`);
  return warning(
    'secret',
    `is at ${where.file}, for its owner alone, but beside the storage that it protects.`,
    'Keep it out of backups of that folder: use `latchkey backup`, or move it and set LATCHKEY_SECRET_FILE.',
  );
}
