import { randomUUID } from 'node:crypto';
import { StorageError } from '../errors.ts';
import type { Installation, InstallationRepository } from './installation.ts';
import { keyCheckFits, makeKeyCheck, type Secret } from './secret.ts';

/**
 * Holds the secret against the key check in the storage, before anything is read or written with it (F24). The first
 * one to come leaves the key check.
 * @throws StorageError `wrong_secret`
 */
export async function checkInstallation(
  repository: InstallationRepository,
  { secret, now }: { secret: Secret; now: number },
): Promise<Installation> {
  const installation =
    (await repository.find()) ??
    (await repository.insertOnce({ id: randomUUID(), keyCheck: makeKeyCheck(secret), createdAt: now }));
  if (keyCheckFits(secret, installation.keyCheck)) return installation;
  throw new StorageError(
    'wrong_secret',
    'it was made with another installation secret. Put back the one it was made with: LATCHKEY_SECRET_FILE, or the file `secret` in the data folder.',
  );
}
