import type { AccountRepository } from '../accounts/account.ts';
import type { Sessions } from '../oidc/sessions.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { eventCursor } from '../passkeys/passkey-event.ts';
import type { PasskeyNews } from './passkey-news.ts';
import { maySignIn } from './standing.ts';

type Event = Awaited<ReturnType<PasskeyManager['listPasskeyEvents']>>['events'][number];

interface FollowerDependencies {
  manager: Pick<PasskeyManager, 'listPasskeyEvents' | 'listPasskeys'>;
  accounts: Pick<AccountRepository, 'findByUserHandle'>;
  sessions: Pick<Sessions, 'madeByPasskey' | 'endMadeBy'>;
  /** How long anything lives that a passkey made, milliseconds: a start looks back on so much. */
  lookBack: number;
  news: Pick<PasskeyNews, 'heard' | 'heardAll'>;
  now: () => number;
}

/** Events are kept for so long. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

/** So much is read again: each of several processes may be half a minute off, and events come in order of their clocks. */
const overlap = 60_000;

const limit = 200;
/** So many pages a round: a list without an end holds nothing up. */
const mostPages = 50;
const ending: readonly string[] = [
  'passkey_suspended',
  'passkey_blocked',
  'passkey_removed',
  'handle_removed',
];

/** How far the list was read. */
interface Position {
  /** Every event up to this id was seen, and may be forgotten. */
  cursor: string;
  /** The time of the newest event. */
  newest: number;
}

/**
 * Follows what the passkey manager tells, one round at a time, and ends what passkeys that are out had made. Whoever
 * takes a passkey away through us ends that at once; this is for what happens elsewhere, or breaks off half-way.
 * An event that fails is tried again in the next round, and holds no other up; the round rejects at its end.
 */
export function createPasskeyFollower(dependencies: FollowerDependencies): () => Promise<void> {
  const { manager, news, now } = dependencies;
  const start = now() - Math.min(dependencies.lookBack, keptFor);
  let position: Position = { cursor: eventCursor(start), newest: start };
  const waiting = new Map<string, Event>();
  const seen = new Set<string>();

  const take = (event: Event) => {
    if (!seen.has(event.id) && ending.includes(event.type)) {
      waiting.set(event.id, event);
      news.heard(event.userHandle, event.at);
    }
    seen.add(event.id);
  };

  return async () => {
    try {
      const begun = now();
      position = { ...position, cursor: earlier(position.cursor, eventCursor(begun - overlap)) };
      const { isAll, ...reached } = await readOn(manager, { position, now, take });
      position = reached;
      if (isAll) news.heardAll(begun);
      for (const id of seen) if (id <= position.cursor) seen.delete(id);
    } finally {
      await followAll(dependencies, waiting);
    }
  };
}

/** The cursor goes no further than the clock less the overlap, whatever time an event says, also when it is put back. */
async function readOn(
  manager: Pick<PasskeyManager, 'listPasskeyEvents'>,
  { position, now, take }: { position: Position; now: () => number; take: (event: Event) => void },
): Promise<Position & { isAll: boolean }> {
  let { cursor: after, newest } = position;
  for (let page = 1; page <= mostPages; page += 1) {
    const { events, next } = await manager.listPasskeyEvents({ after, limit });
    for (const event of events) {
      take(event);
      if (event.at > newest) newest = event.at;
    }
    if (next === undefined || next <= after) {
      const upTo = eventCursor(Math.min(newest, now()) - overlap);
      return { cursor: latest(position.cursor, upTo), newest, isAll: true };
    }
    after = next;
  }
  const upTo = eventCursor(now() - overlap);
  return { cursor: latest(position.cursor, after < upTo ? after : upTo), newest, isAll: false };
}

const latest = (a: string, b: string) => (a > b ? a : b);
const earlier = (a: string, b: string) => (a < b ? a : b);

/** Each by itself. @throws what the first one that failed did */
async function followAll(dependencies: FollowerDependencies, waiting: Map<string, Event>): Promise<void> {
  const failures: unknown[] = [];
  for (const [id, event] of waiting)
    try {
      await follow(dependencies, event);
      waiting.delete(id);
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}

/** A passkey that is active again keeps what it made since. */
async function follow(
  { manager, accounts, sessions }: FollowerDependencies,
  { userHandle, passkeyId, at }: Event,
): Promise<void> {
  const account = await accounts.findByUserHandle(userHandle);
  if (!account) return;
  const { sub, userHandles } = account;
  const lists = await Promise.all(userHandles.map((handle) => manager.listPasskeys({ userHandle: handle })));
  const present = lists.flatMap(({ passkeys }) => passkeys);
  if (passkeyId !== undefined) {
    const isActive = present.some((passkey) => passkey.id === passkeyId && maySignIn(passkey));
    return sessions.endMadeBy(sub, passkeyId, isActive ? at : undefined);
  }
  const gone = [...(await sessions.madeByPasskey(sub)).keys()].filter(
    (id) => !present.some((passkey) => passkey.id === id),
  );
  for (const id of gone) await sessions.endMadeBy(sub, id);
}
