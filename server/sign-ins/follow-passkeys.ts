import type { AccountRepository } from '../accounts/account.ts';
import type { Sessions } from '../oidc/sessions.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { eventCursor } from '../passkeys/passkey-event.ts';

type Event = Awaited<ReturnType<PasskeyManager['listPasskeyEvents']>>['events'][number];

interface FollowerDependencies {
  manager: Pick<PasskeyManager, 'listPasskeyEvents' | 'listPasskeys'>;
  accounts: Pick<AccountRepository, 'findByUserHandle'>;
  sessions: Pick<Sessions, 'madeByPasskey' | 'endMadeBy'>;
  now: () => number;
}

/** What a start looks back on: no session that nobody keeps lives longer. */
const lookBack = 24 * 60 * 60 * 1000;

/** So much is read again: events of several processes come in an order that their clocks give. */
const overlap = 30_000;

const limit = 200;
const ending: readonly string[] = ['passkey_suspended', 'passkey_removed', 'handle_removed'];

/**
 * Follows what the passkey manager tells, one round at a time, and ends what passkeys that are out had made. Whoever
 * takes a passkey away through us ends that at once; this is for what happens elsewhere, or breaks off half-way.
 * An event that fails is tried again in the next round.
 */
export function createPasskeyFollower(dependencies: FollowerDependencies): () => Promise<void> {
  const { manager, now } = dependencies;
  let from = now() - lookBack;
  let done = new Set<string>();

  return async () => {
    const start = eventCursor(from);
    let newest = from;
    let after: string | undefined = start;
    while (after !== undefined) {
      const { events, next } = await manager.listPasskeyEvents({ after, limit });
      for (const event of events) {
        newest = Math.max(newest, event.at - overlap);
        if (!done.has(event.id)) await follow(dependencies, event);
        done.add(event.id);
      }
      after = next;
    }
    from = newest;
    done = new Set([...done].filter((id) => id > eventCursor(from)));
  };
}

/** A passkey that is active again keeps what it made since. */
async function follow(
  { manager, accounts, sessions }: FollowerDependencies,
  { type, userHandle, passkeyId, at }: Event,
): Promise<void> {
  if (!ending.includes(type)) return;
  const account = await accounts.findByUserHandle(userHandle);
  if (!account) return;
  const { sub, userHandles } = account;
  const lists = await Promise.all(userHandles.map((handle) => manager.listPasskeys({ userHandle: handle })));
  const present = lists.flatMap(({ passkeys }) => passkeys);
  if (passkeyId !== undefined) {
    const isActive = present.some(({ id, status }) => id === passkeyId && status === 'active');
    return sessions.endMadeBy(sub, passkeyId, isActive ? at : undefined);
  }
  const gone = [...(await sessions.madeByPasskey(sub)).keys()].filter(
    (id) => !present.some((passkey) => passkey.id === id),
  );
  for (const id of gone) await sessions.endMadeBy(sub, id);
}
