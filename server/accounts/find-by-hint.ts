import type { AccountRepository } from './account.ts';
import { parseEmail, userNameKey } from './user-name.ts';

/** Nobody's name, and nobody's address. */
const nobody = '';

/**
 * Whom somebody means by a user name, or by an address that one person, and no other, has shown to be theirs. What is
 * asked of the storage is the same for whoever there is not.
 */
export async function findByHint(
  accounts: Pick<AccountRepository, 'findByUserNameKey' | 'listByVerifiedEmail'>,
  hint: string,
) {
  const [named, addressed] = await Promise.all([
    accounts.findByUserNameKey(keyOf(() => userNameKey(hint))),
    accounts.listByVerifiedEmail(keyOf(() => parseEmail(hint).emailKey)),
  ]);
  const found = named ?? (addressed.length === 1 ? addressed[0] : undefined);
  return found?.status === 'active' ? found : undefined;
}

function keyOf(read: () => string): string {
  try {
    return read();
  } catch {
    return nobody;
  }
}
