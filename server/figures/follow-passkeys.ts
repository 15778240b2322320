import type { PasskeyManager } from '../passkeys/manager.ts';
import { eventCursor } from '../passkeys/passkey-event.ts';
import type { ProviderStorage, Storage } from '../storage.ts';
import { alone } from './alone.ts';
import type { Counter } from './counter.ts';
import { followedUntil } from './figure-ids.ts';
import { recordHeld } from './held-passkeys.ts';
import { recount } from './recount.ts';

interface FollowerDependencies {
  storage: Pick<ProviderStorage, 'accounts' | 'apps' | 'groups' | 'figures' | 'passkeyHolders'> &
    Pick<Storage, 'leases'>;
  manager: Pick<PasskeyManager, 'listPasskeyEvents' | 'listPasskeys'>;
  counter: Counter;
  now: () => number;
}

/** Events come in order of the clocks of several processes: so much is read again. */
const overlap = 60_000;
const pageSize = 200;

/**
 * Follows what the passkey manager tells, one round at a time, and counts whose passkeys changed: by what they hold now,
 * so that an event that is read again changes nothing. An installation that has never followed counts everything first.
 */
export function createFigureFollower({ storage, manager, counter, now }: FollowerDependencies) {
  const seen = new Map<string, number>();

  async function follow(userHandle: string): Promise<void> {
    const account = await storage.accounts.findByUserHandle(userHandle);
    if (!account) return;
    const { changes } = await recordHeld({ manager, ...storage }, account);
    counter.count(...changes);
  }

  async function readOn(since: number, prolong: () => void): Promise<void> {
    let after = eventCursor(since);
    for (;;) {
      const { events, next } = await manager.listPasskeyEvents({ after, limit: pageSize });
      const fresh = events.filter(({ id }) => !seen.has(id));
      for (const handle of new Set(fresh.map(({ userHandle }) => userHandle))) await follow(handle);
      for (const { id, at } of fresh) seen.set(id, at);
      if (next === undefined || next <= after) return;
      after = next;
      prolong();
    }
  }

  const round = async (prolong: () => void) => {
    const [position] = await storage.figures.findMany([followedUntil]);
    const begun = now();
    if (!position) await recount({ storage, manager, onProgress: prolong });
    await readOn((position?.value ?? begun) - overlap, prolong);
    await counter.flush();
    await storage.figures.recordHighest({ id: followedUntil, value: begun });
    for (const [id, at] of seen) if (at < begun - 2 * overlap) seen.delete(id);
  };
  return async (): Promise<void> => void (await alone({ ...storage, now }, round));
}
