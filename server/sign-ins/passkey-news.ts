import type { PasskeyManager } from '../passkeys/manager.ts';

/** What was heard lately of passkeys that ended: most sign-ins need not ask the passkey manager once more. */
export interface PasskeyNews {
  /** A passkey of this handle ended, or may have. */
  heard(userHandle: string, at: number): void;
  /** Everything that ended before this moment was heard. */
  heardAll(until: number): void;
  /** Whether no passkey of this handle can have ended since a sign-in that is under way began. */
  isQuiet(userHandle: string): boolean;
  /** The manager as this server uses it: what goes through here is heard at once. */
  watching(manager: PasskeyManager): PasskeyManager;
}

/** A sign-in is under way for no longer: the life of an interaction, and the difference of two clocks. */
const kept = 65 * 60 * 1000;
/** What ends elsewhere is heard a second later; older news count for nothing. */
const fresh = 3000;

export function createPasskeyNews(now: () => number): PasskeyNews {
  const ended = new Map<string, number>();
  let knownUntil = Number.NEGATIVE_INFINITY;

  const heard = (userHandle: string, at: number) => {
    if (at > now() - kept) ended.set(userHandle, Math.max(at, ended.get(userHandle) ?? 0));
  };
  return {
    heard,
    heardAll(until) {
      knownUntil = until;
      for (const [userHandle, at] of ended) if (at <= now() - kept) ended.delete(userHandle);
    },
    isQuiet: (userHandle) => Math.abs(now() - knownUntil) < fresh && !ended.has(userHandle),
    watching: (manager) => ({
      ...manager,
      async removePasskey(input) {
        heard(input.userHandle, now());
        return manager.removePasskey(input);
      },
      // A recovery suspends what was there, and its passkey is unconfirmed.
      async finishRegistration(input) {
        const finished = await manager.finishRegistration(input);
        if (finished.passkey.assurance === 'unconfirmed') heard(finished.userHandle, now());
        return finished;
      },
    }),
  };
}
