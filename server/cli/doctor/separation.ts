import type { Config } from '../../config.ts';
import type { Storage } from '../../storage.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Whether provider and passkey manager, where they are two, are apart in storage as well. */
export async function examineSeparation(
  { passkeysUrl }: Pick<Config, 'passkeysUrl'>,
  storage: Pick<Storage, 'accounts' | 'passkeys' | 'readableElsewhere'>,
): Promise<Finding[]> {
  if (passkeysUrl === undefined) return [];
  if (await holdsPasskeys(storage))
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

async function holdsPasskeys({
  accounts,
  passkeys,
}: Pick<Storage, 'accounts' | 'passkeys'>): Promise<boolean> {
  const people = [
    ...(await accounts.listByRole('administrator')),
    ...(await accounts.list({ limit: 100 })).items,
  ];
  for (const handle of people.flatMap(({ userHandles }) => userHandles))
    if ((await passkeys.listByUserHandle(handle)).length > 0) return true;
  return false;
}
