import { AppError } from '../errors.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { Passkey } from './passkey.ts';

/**
 * Ends what a lost passkey could still do: the handle's other passkeys are suspended, its proofs end.
 * The new passkey is stored before this. A crash in between leaves the old ones as they were, which is where the person
 * came from, and the new one usable; the other order could leave a person with none and the link used up.
 */
export async function suspendOthers(
  { storage }: PasskeyManagerDependencies,
  { id, userHandle }: Pick<Passkey, 'id' | 'userHandle'>,
): Promise<void> {
  await storage.proofs.removeByUserHandle(userHandle);
  // Read again until none is left: a rename may win against the compare-and-set.
  for (let round = 0; round < 5; round += 1) {
    const all = await storage.passkeys.listByUserHandle(userHandle);
    const others = all.filter((passkey) => passkey.id !== id && passkey.status === 'active');
    if (others.length === 0) return;
    for (const other of others)
      await storage.passkeys.update({ ...other, status: 'suspended' }, other.revision);
  }
  throw new AppError('conflict', { detail: 'the other passkeys kept changing during a recovery' });
}
