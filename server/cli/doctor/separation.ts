import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import type { Storage } from '../../storage.ts';
import { failed, ok, warning } from './finding.ts';

/** Whether provider and passkey manager, where they are two, are apart in storage as well. */
export async function examineSeparation(
  { passkeysUrl, certificates }: Pick<Config, 'passkeysUrl' | 'certificates'>,
  storage: Pick<Storage, 'passkeys' | 'readableElsewhere'>,
): Promise<Finding[]> {
  if (passkeysUrl === undefined) return [];
  return [...(await examineStorages(storage)), ...examineKeys(certificates)];
}

async function examineStorages(storage: Pick<Storage, 'passkeys' | 'readableElsewhere'>): Promise<Finding[]> {
  if (!(await storage.passkeys.isEmpty()))
    return [
      failed(
        'separation',
        'the storage of the provider holds passkeys, although the passkey manager is elsewhere.',
        'Whoever takes over the provider finds them here. Give the passkey manager this storage and the provider a new one, or enrol again.',
      ),
    ];
  const readable = (await storage.readableElsewhere?.()) ?? [];
  if (readable.length > 0)
    return [
      warning(
        'separation',
        `is not enforced by this database server: the same credentials also read ${readable.join(', ')}.`,
        'Give each side a user of its own with rights on its own database alone: deploy/make-database-users.js.',
      ),
    ];
  return [ok('separation', 'the storage holds no passkey, and its credentials read no other database.')];
}

/** Keys that no provider needs: whoever takes it over would have them. */
function examineKeys(certificates: string): Finding[] {
  const found = ['authority/ca.key', 'administration/tls.key', 'passkey-manager/tls.key'].filter((file) =>
    isReadable(join(certificates, file)),
  );
  if (found.length === 0) return [ok('keys', 'only those of the provider are in its reach.')];
  return [
    warning(
      'keys',
      `of others can be read here: ${found.join(', ')} in ${certificates}.`,
      'Whoever takes over the provider has them too. Let another user, or another machine, keep them; for a trial on one machine this will do.',
    ),
  ];
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
