/** What a sign-in shows about a passkey, beside that it may sign in. */
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { Passkey, PasskeyRepository } from './passkey.ts';
import { counterObjection } from './policy.ts';
import { refuse } from './refusal.ts';

/**
 * Refuses a signature counter that did not go up, or went up beyond belief (WebAuthn L3 §6.1.1, §7.2 step 22): there
 * may be a copy of the passkey, and the person is told. Only for a signature that was verified: before that, anybody
 * could accuse a passkey.
 */
export async function checkCounter(
  { storage, now }: Pick<PasskeyManagerDependencies, 'storage' | 'now'>,
  { passkey, received }: { passkey: Passkey; received: number },
): Promise<void> {
  const objection = counterObjection(passkey.counter, received);
  if (!objection) return;
  await note(storage.passkeys, passkey, { counterAlertAt: now() });
  refuse(objection);
}

/**
 * Notes a change of the backup state (WebAuthn L3 §6.1.3), before the use that brings it is recorded: after a crash
 * between the two, the next use brings it again.
 * @returns the passkey with the note
 */
export async function noteBackupState(
  { storage }: Pick<PasskeyManagerDependencies, 'storage'>,
  { passkey, backedUp, at }: { passkey: Passkey; backedUp: boolean; at: number },
): Promise<Passkey> {
  // Of an imported passkey that was never used, nothing is known that could change.
  if (passkey.backedUp === backedUp || passkey.backupEligible === undefined) return passkey;
  return note(storage.passkeys, passkey, { backedUpChangedAt: at });
}

/** Whoever edits the passkey at the same moment is let through first. */
const mostTries = 5;

async function note(
  passkeys: PasskeyRepository,
  passkey: Passkey,
  change: Pick<Passkey, 'counterAlertAt' | 'backedUpChangedAt'>,
): Promise<Passkey> {
  let current: Passkey | undefined = passkey;
  for (let tries = 0; current && tries < mostTries; tries += 1) {
    const noted: Passkey = { ...current, ...change };
    if (await passkeys.update(noted, current.revision)) return { ...noted, revision: current.revision + 1 };
    current = await passkeys.findById(passkey.id);
  }
  return refuse('use_raced');
}
