import { randomBytes } from 'node:crypto';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { PasskeyManager } from './manager.ts';
import { eventCursor, type PasskeyEvent } from './passkey-event.ts';

const keptFor = 30 * 24 * 60 * 60 * 1000;

export type RecordEvent = (event: Pick<PasskeyEvent, 'type' | 'userHandle' | 'passkeyId'>) => Promise<void>;

/**
 * Writes down what changed, after the change: whoever hears of it finds it done. Ids never go back, also when the
 * clock does; the ones of several processes cross by as much as their clocks differ.
 */
export function createEventLog({
  storage,
  now,
}: Pick<PasskeyManagerDependencies, 'now'> & {
  storage: Pick<PasskeyManagerDependencies['storage'], 'passkeyEvents'>;
}): RecordEvent {
  let last = 0;
  let count = 0;
  return async (event) => {
    const at = now();
    count = at > last ? 0 : count + 1;
    last = Math.max(at, last);
    const id = `${eventCursor(last)}-${String(count).padStart(6, '0')}-${randomBytes(6).toString('hex')}`;
    await storage.passkeyEvents.insert({ id, at, ...event, expiresAt: at + keptFor });
  };
}

type List = PasskeyManager['listPasskeyEvents'];

export async function listPasskeyEvents(
  { storage }: PasskeyManagerDependencies,
  query: Parameters<List>[0],
): ReturnType<List> {
  const { items, ...next } = await storage.passkeyEvents.list(query);
  return { events: items.map(({ expiresAt, ...event }) => event), ...next };
}
