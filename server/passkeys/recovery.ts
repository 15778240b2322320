import { AppError } from '../errors.ts';
import type { CallDependencies } from './dependencies.ts';

/**
 * Ends what a lost passkey could still do: the handle's passkeys are suspended, its proofs end. The new passkey is
 * stored after this. A crash in between leaves the person without one, and a new link is needed; the other order would
 * leave in force what may be in a stranger's hands, with the recovery looking done.
 */
export async function suspendAll(
  { storage, recordEvent }: Pick<CallDependencies, 'storage' | 'recordEvent'>,
  userHandle: string,
): Promise<void> {
  await storage.proofs.removeByUserHandle(userHandle);
  // Read again until none is left: a rename may win against the compare-and-set.
  for (let round = 0; round < 5; round += 1) {
    const passkeys = await storage.passkeys.listByUserHandle(userHandle);
    const active = passkeys.filter(({ status }) => status === 'active');
    if (active.length === 0) return;
    for (const passkey of active)
      if (await storage.passkeys.update({ ...passkey, status: 'suspended' }, passkey.revision))
        await recordEvent({ type: 'passkey_suspended', userHandle, passkeyId: passkey.id });
  }
  throw new AppError('conflict', { detail: 'the passkeys kept changing during a recovery' });
}
