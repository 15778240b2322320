import { randomUUID } from 'node:crypto';
import type { Installation, InstallationRepository } from './installation.ts';
import type { SecretRing } from './ring.ts';
import { makeKeyCheck } from './secret.ts';

/**
 * Holds the secret against the key check in the storage, before anything is read or written with it (F24), and goes by
 * what the storage says which one is current. The first one to come leaves the key check.
 * @throws StorageError `wrong_secret`
 */
export async function checkInstallation(
  repository: Pick<InstallationRepository, 'find' | 'insertOnce'>,
  { secret, now }: { secret: SecretRing; now: number },
): Promise<Installation> {
  const installation =
    (await repository.find()) ??
    (await repository.insertOnce({ id: randomUUID(), keyCheck: makeKeyCheck(secret), createdAt: now }));
  secret.follow(installation);
  return installation;
}
