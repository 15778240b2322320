import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config.ts';
import type { FidoMetadata } from './fido-metadata/metadata.ts';
import type { Log } from './log.ts';
import type { Storage } from './storage.ts';

interface ChoreDependencies {
  storage: Storage;
  /** What is remembered of records that another process may change. */
  caches: readonly { clear(): void }[];
  log: Log;
  now: () => number;
}

type Repeat = (ms: number, chore: () => Promise<void>) => void;

/**
 * What a server does by itself: follow changes of others, delete what has expired.
 * @param repeat `repeatedly` is done while the time is right
 */
export function doChores(
  dependencies: ChoreDependencies,
  { always, repeatedly }: Record<'always' | 'repeatedly', Repeat>,
): void {
  const { storage, caches, log, now } = dependencies;
  let known: string | undefined;
  always(1000, async () => {
    const revision = await storage.revision();
    if (revision !== known) for (const cache of caches) cache.clear();
    known = revision;
  });
  repeatedly(60_000, async () => {
    const removed = await storage.sweep(now());
    if (removed > 0) log.debug({ removed }, 'expired records deleted');
  });
}

/**
 * Follows what others take, and asks for newer metadata when it is time. Not at once: a start has other things to do,
 * and servers that start together do not ask together.
 */
export function keepMetadata(
  metadata: Pick<FidoMetadata, 'follow' | 'refreshWhenDue'>,
  { signal, log }: { signal: AbortSignal; log: Log },
): void {
  const patience = 3_000 + Math.random() * 7_000;
  void every(2_000, { signal, log }, () => metadata.follow());
  void delay(patience, undefined, { signal, ref: false })
    .then(() => every(30_000, { signal, log }, () => metadata.refreshWhenDue()))
    .catch(() => {});
}

/** Where the authority lies beside the server, its own certificates are renewed by themselves, and no others. */
export async function keepCertificates(
  { certificates: directory, trustDomain }: Config,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const { keepRenewed } = await import('./certificates/keep-renewed.ts');
  await keepRenewed({ directory, trustDomain, names: ['provider', 'enrolment'], now: Date.now, log, signal });
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
