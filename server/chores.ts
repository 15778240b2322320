import { setTimeout as delay } from 'node:timers/promises';
import type { AppCache } from './apps/app-cache.ts';
import type { Log } from './log.ts';
import type { Storage } from './storage.ts';

interface ChoreDependencies {
  storage: Storage;
  apps: AppCache;
  log: Log;
  now: () => number;
}

/** What a server does by itself until `signal` says stop: follow changes of others, delete what has expired. */
export function doChores(dependencies: ChoreDependencies, signal: AbortSignal): void {
  const { storage, apps, log, now } = dependencies;
  let known: string | undefined;
  void every(1000, { signal, log }, async () => {
    const revision = await storage.revision();
    if (revision !== known) apps.clear();
    known = revision;
  });
  void every(60_000, { signal, log }, async () => {
    const removed = await storage.sweep(now());
    if (removed > 0) log.debug({ removed }, 'expired records deleted');
  });
}

/** A chore that fails so often in a row is told once, until it succeeds again. */
const tellAfter = 10;

/** A chore that fails is tried again next time; what it is for does not depend on it alone. */
export async function every(
  ms: number,
  { signal, log }: { signal: AbortSignal; log: Log },
  chore: () => Promise<void>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await chore();
      failures = 0;
    } catch (err) {
      failures += 1;
      if (failures === tellAfter) log.warn({ err, failures }, 'chore keeps failing');
      else log.debug({ err }, 'chore failed');
    }
    await delay(ms, undefined, { signal, ref: false }).catch(() => {});
  }
}
